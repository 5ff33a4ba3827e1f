using Diffusion.Figures;

namespace Diffusion.Images.Experiments;

/// <summary>What the command evaluate measured before: it takes minutes, so the report tells of it if it is there.</summary>
internal sealed class MetricsExperiment : Experiment
{
    public override string Title => "Judged by numbers";

    public override void Run(Study study)
    {
    }

    public override void Explain(Study study, HtmlReport report)
    {
        string metrics = study.MeasuredFile("metrics.json"), nearest = study.MeasuredFile("nearest.png");
        if (!File.Exists(metrics))
        {
            _ = report.Paragraph("Not measured for this model; the command 'evaluate' with the same folder does.");
            return;
        }

        var judged = ImageMetrics.Load(metrics);
        _ = report.Paragraph($"A convolutional classifier, trained by the same engine to {judged.ClassifierAccuracy:P2} on the real test images, sees the {(study.Preset.Thing == "image" ? "class" : study.Preset.Thing)} that was asked for in {judged.Accuracy:P2} of {judged.Count:N0} images. In its features they are {judged.Frechet:F1} from the test images in Frechet distance, where real images that it has not seen are {judged.FrechetFloor:F1} away; {judged.Precision:P1} lie where test images are (precision; real images {judged.PrecisionFloor:P1}), and {judged.Recall:P1} of the test images lie where they are (recall; {judged.RecallFloor:P1}).")
            .Table(ImageMetrics.Header, judged.Rows(), "First the named settings; then the sweep over w, by which w is chosen and which is therefore judged beside other images; fast samplers, the full process, and real images. Precision and recall by 5 nearest neighbours.")
            .Paragraph($"The first {judged.NearestTrainingImages.Length} are {judged.NearestTrainingImages.Min():F1} to {judged.NearestTrainingImages.Max():F1} away from their nearest training images (Euclidean distance of pixels in [-1, 1]); a copy would be 0 away.");
        if (File.Exists(nearest))
            _ = report.Figure(nearest, $"Generated {study.Preset.Thing}s above their nearest training images.");
    }
}

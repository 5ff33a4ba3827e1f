using Diffusion.Figures;

namespace Diffusion.Digits.Study;

/// <summary>Gathers the figures into report.html.</summary>
internal sealed class ReportWriter(Generator generator, DigitsFolder output, bool pretrained)
{
    private int T => generator.Model.Schedule.T;

    public void Write()
    {
        var training = generator.Model.Training;
        var network = generator.Model.Network;
        var report = new HtmlReport(
            "Handwritten digits by denoising diffusion",
            $"A UNet of {network.Parameters.Sum(parameter => (long)parameter.Value.Length):N0} parameters, trained from nothing on two processor cores ({training.Iterations:N0} steps of {training.Batch} images, T = {T}, predicting {generator.Model.Objective.Parameterisation}), draws the digits that it is asked for. {generator.Settings.Describe()}");
        _ = report.Section("1. Digits")
            .Paragraph("Each image begins as pure noise and is denoised step by step; beside the grid is the digit that was asked for in each place.")
            .Figure(output.Figure("digits"), "Generated digits, and what was asked for.")
            .Figure(output.Animation, "The same digits emerging from noise.");
        _ = report.Section("2. One generation")
            .Paragraph($"The full reverse process of {T} steps. The state is noise for most of the way, but what the network expects behind it takes shape much earlier.")
            .Figure(output.Figure("trajectory"), "The state x_t below, the predicted x_0 above it, at the same times.");
        Formation(report);
        _ = report.Section("4. Guidance")
            .Paragraph("Classifier-free guidance extrapolates from the prediction without a class to the one with it. With growing w the digits become clearer and more alike: accuracy is bought with variety.")
            .Figure(output.Figure("guidance"), "The same noises for every digit and weight.");
        _ = report.Section("5. Interpolation")
            .Paragraph("With a deterministic sampler an image is a function of its noise and its class, so one can walk in both.")
            .Figure(output.Figure("interpolation"), "Between two noises of one class, and between two classes of one noise.");
        Metrics(report);
        report.Save(output.Report);
    }

    private void Metrics(HtmlReport report)
    {
        string metrics = pretrained ? Pretrained.Metrics : output.Metrics;
        _ = report.Section("6. Judged by numbers");
        if (!File.Exists(metrics))
        {
            _ = report.Paragraph("Not measured for this model; the command 'evaluate' with the same folder does.");
            return;
        }

        var judged = DigitMetrics.Load(metrics);
        _ = report.Paragraph($"A convolutional classifier, trained by the same engine to {judged.ClassifierAccuracy:P2} on the real test images, sees the digit that was asked for in {judged.Accuracy:P2} of {judged.Count:N0} images. In its features they are {judged.Frechet:F1} from the test images in Frechet distance, where real images that it has not seen are {judged.FrechetFloor:F1} away; {judged.Precision:P1} lie where test images are (precision; real images {judged.PrecisionFloor:P1}), and {judged.Recall:P1} of the test images lie where they are (recall; {judged.RecallFloor:P1}).")
            .Table(DigitTables.Header, DigitTables.Rows(judged), "First the named settings; then the sweep over w, fast samplers, the full process, and real images. Precision and recall by 5 nearest neighbours.")
            .Paragraph($"None is a copy: the first {judged.NearestTrainingImages.Length} are {judged.NearestTrainingImages.Min():F1} to {judged.NearestTrainingImages.Max():F1} away from their nearest training images (Euclidean distance of pixels in [-1, 1]).");
        if (pretrained || File.Exists(output.Figure("nearest")))
            _ = report.Figure(pretrained ? Pretrained.NearestFigure : output.Figure("nearest"), "Generated digits above their nearest training images.");
    }

    private void Formation(HtmlReport report)
    {
        // The study of another model is that of its own folder, if it was made.
        string figure = pretrained ? Pretrained.FormationFigure : output.Figure("formation"), numbers = pretrained ? Pretrained.Formation : output.Formation;
        _ = report.Section("3. Part by part, or all at once?");
        if (!File.Exists(figure) || !File.Exists(numbers))
        {
            _ = report.Paragraph("Not measured for this model; the command 'formation' with the same folder does.");
            return;
        }

        foreach (string paragraph in FormationNumbers.Load(numbers).Answer())
            _ = report.Paragraph(paragraph);
        if (pretrained)
            Nn.Serialization.AtomicFile.Write(output.Figure("formation"), stream => stream.Write(File.ReadAllBytes(figure)));
        _ = report.Figure(figure, "When each pixel of the predicted x_0 settles, by digit; the share of the stroke that has settled; and when coarse and fine structure is there.");
    }
}

using System.Globalization;
using Diffusion.Figures;
using Diffusion.Images.Running;
using Diffusion.Sampling;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Images.Experiments;

/// <summary>The same noise for every class and weight of guidance.</summary>
internal sealed class GuidanceExperiment : Experiment
{
    private const int PerWeight = 3, MostClasses = 12;

    private static readonly double[] Weights = [0, 0.5, 1, 2, 4];

    public override string Title => "Guidance";

    public override bool Applies(Study study) => study.Classes > 0;

    public override void Run(Study study)
    {
        var generator = study.Generator;
        int classes = Math.Min(MostClasses, study.Classes);
        var (start, labels) = generator.SameNoise(PerWeight);
        (start, labels) = (start.Rows(0, classes * PerWeight), labels[..(classes * PerWeight)]);
        var columns = Weights.Select(w => generator.Sample(generator.Guided(w), start, labels, new RandomSource(generator.Settings.Seed)).ToImages()).ToList();
        string steps = generator.Settings.Steps is int count ? $"{count} steps" : $"{study.T} steps";
        ImageTableFigure.Save(study.Output.Figure("guidance"), new ImageTable(
            study.Classes > classes ? $"Guidance: the same noise for the first {classes} classes" : $"Guidance: the same noise for every {(study.Preset.Thing == "image" ? "class" : study.Preset.Thing)}",
            [$"{Samplers.Find(generator.Settings.Sampler).Title}, {steps}. Within a group the columns are {PerWeight} noises, the same in all groups and rows. w = 0 asks for the class without guidance."],
            [.. Enumerable.Range(0, classes).Select(y => (IReadOnlyList<PixelImage>)[.. columns.SelectMany(images => images.Skip(y * PerWeight).Take(PerWeight))])],
            [.. Enumerable.Range(0, classes).Select(study.NameOf)],
            [.. Weights.Select(w => $"w = {w.ToString("0.##", CultureInfo.InvariantCulture)}")])
        { Group = PerWeight });
    }

    public override void Explain(Study study, HtmlReport report) => report
        .Paragraph($"Classifier-free guidance extrapolates from the prediction without a class to the one with it. With growing w the {study.Preset.Thing}s become clearer and more alike: accuracy is bought with variety.")
        .Figure(study.Output.Figure("guidance"), "The same noises for every class and weight.");
}

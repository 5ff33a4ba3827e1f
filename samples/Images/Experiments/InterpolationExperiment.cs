using System.Globalization;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Images.Experiments;

/// <summary>Walks between two noises, and between two classes of one noise.</summary>
/// <param name="noiseWalks">The classes in which noises are walked; none for some of the model's.</param>
/// <param name="classWalks">The classes between which is walked; none for some of the model's.</param>
internal sealed class InterpolationExperiment(int[]? noiseWalks = null, (int From, int To)[]? classWalks = null) : Experiment
{
    private const int Places = 11, MostWalks = 3;

    public override string Title => "Interpolation";

    public override void Run(Study study)
    {
        int classes = study.Classes;
        int[] inNoise = noiseWalks ?? (classes == 0 ? [.. Enumerable.Repeat(DenoiserArguments.NoLabel, MostWalks)] : [.. Enumerable.Range(0, Math.Min(MostWalks, classes))]);
        (int From, int To)[] inClass = classWalks ?? [.. Enumerable.Range(0, Math.Clamp(classes - 1, 0, MostWalks)).Select(k => (k, k + 1))];
        double[] shares = [.. Enumerable.Range(0, Places).Select(i => i / (Places - 1.0))];

        // Two noises for each walk between noises, one for each between classes.
        int n = inNoise.Length, rows = n + inClass.Length;
        var settings = study.Generator.Settings;
        var ends = Start.Draw<float>(new RandomSource(settings.Seed).Derive(1), study.Generator.SampleShape.Prepend((2 * n) + inClass.Length), study.Model.Schedule);
        var (first, second) = (Tensor<float>.Uninitialized(ends.Shape.With(0, rows)), Tensor<float>.Uninitialized(ends.Shape.With(0, rows)));
        for (int row = 0; row < rows; row++)
        {
            int from = row < n ? 2 * row : row + n, to = row < n ? from + 1 : from;
            first.Rows(row, row + 1).CopyFrom(ends.Rows(from, from + 1));
            second.Rows(row, row + 1).CopyFrom(ends.Rows(to, to + 1));
        }

        // Deterministic whatever the sampler of the other figures: a walk through noises must not be shaken by more of it.
        var walker = new Generator<float>(study.Model, Samplers.Find(settings.Sampler).IsStochastic ? settings with { Sampler = "dpm++2m", Steps = Math.Min(20, study.T) } : settings);
        int[] froms = [.. inNoise, .. inClass.Select(walk => walk.From)], tos = [.. inNoise, .. inClass.Select(walk => walk.To)];
        var images = walker.Walk(first, second, froms, tos, shares).ToImages();
        ImageTableFigure.Save(study.Output.Figure("interpolation"), new ImageTable(
            inClass.Length == 0 ? "Walks between two noises" : "Walks between two noises and between two classes",
            [$"{walker.Settings.Describe()} Noises are interpolated on the sphere{(inClass.Length == 0 ? "." : "; between classes y and y' the predicted noise is (1 \u2212 s)\u00B7\u03B5(y) + s\u00B7\u03B5(y'), from one noise.")}"],
            [.. Enumerable.Range(0, rows).Select(row => (IReadOnlyList<PixelImage>)[.. images.Skip(row * Places).Take(Places)])],
            [.. inNoise.Select(label => label < 0 ? "noise to noise" : $"a {study.Names[label]}, noise to noise"), .. inClass.Select(walk => $"class {study.Names[walk.From]} to {study.Names[walk.To]}")],
            [.. shares.Select(share => share.ToString("0.0", CultureInfo.InvariantCulture))])
        { Below = inClass.Length == 0 ? "share of the second noise" : "share of the second noise or class" });
    }

    public override void Explain(Study study, HtmlReport report) => report
        .Paragraph(study.Classes > 1 ? "With a deterministic sampler an image is a function of its noise and its class, so one can walk in both." : "With a deterministic sampler an image is a function of its noise, so one can walk in it.")
        .Figure(study.Output.Figure("interpolation"), study.Classes > 1 ? "Between two noises of one class, and between two classes of one noise." : "Between two noises.");
}

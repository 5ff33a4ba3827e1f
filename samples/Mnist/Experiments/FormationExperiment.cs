using System.CommandLine;
using System.Globalization;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Metrics;
using Diffusion.Nn.Serialization;
using Diffusion.Sampling;
using Diffusion.Terminal;

namespace Diffusion.Digits.Experiments;

/// <summary>
/// Is a digit formed part by part, or all at once? Measured over many full generations by the command formation, which takes minutes; the
/// answer is written from the numbers.
/// </summary>
internal sealed class FormationExperiment : Experiment
{
    private const string NumbersFile = "formation.json", FigureName = "formation";

    // How many generations are drawn as single lines.
    private const int Lines = 40;

    public override string Title => "Part by part, or all at once?";

    public override void Run(Study study)
    {
    }

    public override void Explain(Study study, HtmlReport report)
    {
        // The study of another model is that of its own folder, if it was made.
        string FileOf(string name) => study.IsPretrained ? study.Preset.Pretrained!.File(name) : study.Output.File(name);
        string figure = FileOf(FigureName + ".png"), numbers = FileOf(NumbersFile);
        if (!File.Exists(figure) || !File.Exists(numbers))
        {
            _ = report.Paragraph("Not measured for this model; the command 'formation' with the same folder does.");
            return;
        }

        foreach (string paragraph in FormationNumbers.Load(numbers).Answer())
            _ = report.Paragraph(paragraph);
        if (study.IsPretrained)
            AtomicFile.Write(study.Output.Figure(FigureName), stream => stream.Write(File.ReadAllBytes(figure)));
        _ = report.Figure(figure, "When each pixel of the predicted x_0 settles, by digit; the share of the stroke that has settled; and when coarse and fine structure is there.");
    }

    /// <summary>Runs the generations, draws formation.png, writes formation.json, and gives the answer.</summary>
    public static FormationNumbers Measure(Generator<float> generator, int count, ImagesFolder output, IReporter reporter, CancellationToken cancellation)
    {
        int steps = generator.Model.Schedule.T;
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % generator.Model.Network.Classes)];
        var recorder = new FormationRecorder<float>();
        reporter.Progress($"Generating {count} digits", generator.Settings.Steps ?? steps, done => generator.Watch(generator.Noise(count), labels, new ActionObserver<float>(step =>
        {
            cancellation.ThrowIfCancellationRequested();
            recorder.OnStep(step);
            done(step.Index);
        })));

        var formation = ImageFormation.Measure(recorder);
        var numbers = FormationNumbers.Of(formation, steps, generator.Settings.Describe());
        Draw(formation, labels, numbers, output.Figure(FigureName));
        OutputFolder.WriteText(output.File(NumbersFile), numbers.ToJson());
        return numbers;
    }

    private static void Draw(ImageFormation formation, int[] labels, FormationNumbers numbers, string path)
    {
        double[][] settled = [.. Enumerable.Range(0, labels.Length).Select(formation.Settled)];
        FormationFigure.Save(path, new FormationData(
            numbers.T,
            [.. labels.Distinct().Order().Select(digit =>
            {
                int[] of = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == digit)];
                return new FormationMap($"digit {digit}", formation.Width, [.. formation.MeanTimes(of).Select(t => numbers.T - t)], formation.StrokeShares(of));
            })],
            formation.Times,
            [.. settled.Take(Lines)],
            [.. formation.Times.Select((_, k) => settled.Average(shares => shares[k]))],
            formation.LowFrequencies,
            formation.HighFrequencies,
            ($"low, at most {ImageFormation.LowCycles:0} cycles per image", $"high, {ImageFormation.HighCycles:0} cycles and more"),
            [
                $"{labels.Length} generations; {numbers.Settings} A pixel has settled when the predicted x\u2080 stays within {formation.Tolerance.ToString("0.##", CultureInfo.InvariantCulture)} of its final value (the range is [\u22121, 1]).",
                "White outline: where at least half of the digits have their stroke.",
            ]));
    }
}

/// <summary>Measures how digits form.</summary>
internal sealed class FormationCommand(CommandContext context) : ImageCommand(context)
{
    private const int StandardCount = 256;

    public override string Name => "formation";

    public override string Description => "Measure whether a digit is formed part by part or all at once, over many full generations.";

    protected override IEnumerable<Option> Own => [.. Options.OfGeneration, Options.Count];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        if (result.GetValue(Options.Sampler) is null)
            generator = new Generator<float>(generator.Model, generator.Settings with { Sampler = "ddpm", Steps = result.GetValue(Options.SamplingSteps) });
        var output = MakeFolder(result);
        var numbers = FormationExperiment.Measure(generator, result.GetValue(Options.Count) ?? StandardCount, output, Reporter, Cancellation);
        foreach (string line in numbers.Answer())
            Reporter.Say(line);
        Reporter.Say($"{output.Figure("formation")}, {output.File("formation.json")}");
    }
}

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
        string figure = study.MeasuredFile(FigureName + ".png"), numbers = study.MeasuredFile(NumbersFile);
        if (!File.Exists(figure) || !File.Exists(numbers))
        {
            _ = report.Paragraph("Not measured for this model; the command 'formation' with the same folder does.");
            return;
        }

        FormationNumbers measured;
        try
        {
            measured = FormationNumbers.Load(numbers);
        }
        catch (InvalidDataException e)
        {
            _ = report.Paragraph(e.Message);
            return;
        }

        foreach (string paragraph in measured.Answer())
            _ = report.Paragraph(paragraph);
        if (study.IsPretrained)
            AtomicFile.Write(study.Output.Figure(FigureName), stream => stream.Write(File.ReadAllBytes(figure)));
        _ = report.Figure(figure, "When each pixel of the predicted x_0 goes from the baseline to its final value, by digit; the share of the pixels whose time has come; when coarse and fine structure is there; and the kinds of formation that were found.");
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

        var formation = ImageFormation.Measure(recorder, labels);
        var numbers = FormationNumbers.Of(formation, steps, generator.Settings.Describe(), generator.Settings.Seed);
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
                return new FormationMap($"digit {digit}", formation.Width, [.. formation.MeanTimes(of).Select(time => numbers.T * time)]);
            })],
            [.. formation.Done.Select(done => numbers.T * done)],
            [.. settled.Take(Lines)],
            [.. formation.Done.Select((_, k) => settled.Average(shares => shares[k]))],
            formation.Coarse,
            formation.Fine,
            ($"coarse, at most {ImageFormation.CoarseCycles:0} cycles per image", $"fine, {ImageFormation.FineCycles:0} cycles and more"),
            [.. numbers.Kinds.Select(kind => (kind.Key.Words(), kind.Value.Mean, kind.Value.Low, kind.Value.High))],
            [
                $"{labels.Length} generations; {numbers.Settings} The baseline is the mean prediction from pure noise at the same digit.",
                $"A pixel's time is the mean of the times at which it goes its way. Pixels count where they end at least {ImageFormation.LeastChange.ToString("0.##", CultureInfo.InvariantCulture)} from the baseline (the range is [\u22121, 1]); gray where fewer than a tenth of the images have such a pixel.",
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

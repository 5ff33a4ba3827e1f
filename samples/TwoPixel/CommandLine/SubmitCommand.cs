using System.CommandLine;
using System.Diagnostics;
using Diffusion.TwoPixel.Submit;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>The command submit: finds or trains the models, measures, and writes the assignment as one PDF.</summary>
internal sealed class SubmitCommand(IReporter reporter, CancellationToken cancellation)
{
    private const string FileName = "submission.pdf";

    private static readonly Option<string?> Name = Options.Text("--name", "TEXT", "Your name; without it the line stays empty, to be written by hand.");

    private static readonly Option<string?> Id = Options.Text("--id", "TEXT", "Your ID; without it the line stays empty.");

    private static readonly Option<bool> Mnist = new("--mnist") { Description = "Answer Problem 5 too, with the trained network of digits that comes with the project." };

    /// <summary>The options.</summary>
    public static IEnumerable<Option> OptionsOf =>
    [
        Name, Id, Mnist, StudyOptions.Seed, StudyOptions.Iterations, StudyOptions.Batch, StudyOptions.LearningRate, StudyOptions.LabelDropout, StudyOptions.Ema,
        StudyOptions.Loss, StudyOptions.Schedule, StudyOptions.Network, StudyOptions.Width, StudyOptions.Guidance, StudyOptions.Folder, StudyOptions.Threads,
    ];

    public int Run(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        var output = new StudyFolder(result.GetValue(StudyOptions.Folder) ?? StudyOptions.DefaultFolder);
        using var held = new FolderLock(output.Path);
        var configuration = Configuration(result, output);
        var author = new Author(Given(result, Name), Given(result, Id), DateOnly.FromDateTime(DateTime.Now));
        Submission.Check(author);
        var models = new SubmissionModels(output, reporter);
        var trained = models.Study(configuration, cancellation, () => KeepConfiguration(output, configuration));
        var study = new StudyRun(configuration);
        reporter.Say("Measuring.");
        for (int i = 0; i < trained.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            study.Measure(i, trained[i]);
        }

        var obstacles = Obstacles.Measure(study, models, cancellation);
        bool digits = result.GetValue(Mnist);
        if (digits)
            reporter.Say("Drawing digits.");
        var findings = new Findings(study, obstacles, Stage.Of(study.Main), Forks.Of(study.Main), digits ? DigitsPart.Make(output, configuration.Seed) : null);
        cancellation.ThrowIfCancellationRequested();
        string path = output.File(FileName);
        int pages = Submission.Write(path, author, findings, Command(configuration, digits));
        reporter.Say($"{path}: {pages} pages, {new FileInfo(path).Length / 1024:N0} KB ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
        return 0;
    }

    // Beside the models, of a run that is stopped too, stands what they are made with, not what the file of a folder without models said; T and w of a study stay.
    private static void KeepConfiguration(StudyFolder output, RunConfiguration configuration)
    {
        if (File.Exists(output.Configuration) && RunConfiguration.Load(output.Configuration) is var saved)
        {
            var kept = configuration with { Timesteps = [.. saved.Timesteps.Union(configuration.Timesteps)], Guidance = saved.Guidance };
            if ((saved with { Timesteps = kept.Timesteps }) == kept)
                return;
            configuration = kept;
        }

        OutputFolder.WriteText(output.Configuration, configuration.ToJson());
    }

    // What the command line says, over what the folder's models were made with; T are the assignment's.
    private static RunConfiguration Configuration(ParseResult result, StudyFolder output)
    {
        var saved = File.Exists(output.Configuration) ? RunConfiguration.Load(output.Configuration) : new RunConfiguration();
        if (saved.Data is not null)
            throw new UsageException($"{output.Configuration} is of a study of other data; the assignment is about its own mixture: name another folder with --out.");
        return (saved with
        {
            Timesteps = new RunConfiguration().Timesteps,
            Seed = result.GetValue(StudyOptions.Seed) ?? saved.Seed,
            Iterations = result.GetValue(StudyOptions.Iterations) ?? saved.Iterations,
            Batch = result.GetValue(StudyOptions.Batch) ?? saved.Batch,
            LearningRate = result.GetValue(StudyOptions.LearningRate) ?? saved.LearningRate,
            LabelDropout = result.GetValue(StudyOptions.LabelDropout) ?? saved.LabelDropout,
            Ema = result.GetValue(StudyOptions.Ema) ?? saved.Ema,
            Loss = result.GetValue(StudyOptions.Loss) ?? saved.Loss,
            Schedule = result.GetValue(StudyOptions.Schedule) ?? saved.Schedule,
            Network = result.GetValue(StudyOptions.Network) ?? saved.Network,
            Width = result.GetValue(StudyOptions.Width) ?? saved.Width,
            Guidance = result.GetValue(StudyOptions.Guidance) ?? saved.Guidance,
        }).Validated();
    }

    // An empty text is nobody's name.
    private static string? Given(ParseResult result, Option<string?> option) => result.GetValue(option)?.Trim() switch
    {
        null => null,
        "" => throw new UsageException($"{option.Name} is empty; leave it out to have a line to write on."),
        { } text => text,
    };

    private static string Command(RunConfiguration configuration, bool digits)
    {
        var standard = new RunConfiguration();
        string[] options =
        [
            .. digits ? ["--mnist"] : Array.Empty<string>(),
            $"--seed {configuration.Seed}",
            .. configuration.Iterations is { } iterations ? [$"--iterations {iterations}"] : Array.Empty<string>(),
            .. configuration.Batch is { } batch ? [$"--batch {batch}"] : Array.Empty<string>(),
            .. Changed("--learning-rate", configuration.LearningRate, standard.LearningRate), .. Changed("--label-dropout", configuration.LabelDropout, standard.LabelDropout),
            .. Changed("--ema", configuration.Ema, standard.Ema), .. Changed("--width", configuration.Width, standard.Width), .. Changed("--guidance", configuration.Guidance, standard.Guidance),
            .. Chosen("--loss", configuration.Loss, standard.Loss), .. Chosen("--schedule", configuration.Schedule, standard.Schedule), .. Chosen("--network", configuration.Network, standard.Network),
        ];
        return $"dotnet run -c Release --project samples/TwoPixel -- submit {string.Join(" ", options)}";

        static string[] Chosen<T>(string name, T value, T usual)
            where T : struct, Enum => EqualityComparer<T>.Default.Equals(value, usual) ? [] : [$"{name} {value.ToString().ToLowerInvariant()}"];
        static string[] Changed(string name, double value, double usual) => value == usual ? [] : [string.Create(CultureInfo.InvariantCulture, $"{name} {value}")];
    }
}

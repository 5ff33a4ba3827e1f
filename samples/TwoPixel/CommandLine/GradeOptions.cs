using System.CommandLine;
using Diffusion.TwoPixel.Grade;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>The options of the command grade.</summary>
internal static class GradeOptions
{
    public const string DefaultFolder = "out/grade";

    public static Option<string?> Table { get; } = Options.Text("--table", "FILE", "Write the questions and end: rows T,seed,t,label,left,right as .csv or .npy. An implementation adds two columns, the noise that it predicts.");

    public static Option<string?> Noise { get; } = Options.Text("--noise", "FILE.npy", $"With --table: write standard normal numbers too, [T + 1, {CoupledGrade.Points}, 2]; [T] is x_T, [t - 1] the noise of the step from t.");

    public static Option<string?> Predictions { get; } = Options.Text("--predictions", "FILE", "The table with two more columns, noise_left,noise_right, or these two alone; w = 0. .csv or .npy.");

    public static Option<string?> Guided { get; } = Options.Text("--guided", "FILE", "The same of guided predictions; needs --guidance.");

    public static Option<string?> Samples { get; } = Options.Text("--samples", "FILE", "Samples: left,right or left,right,label or left,right,label,w; label -1 for none. .csv or .npy.");

    public static Option<string?> Trajectory { get; } = Options.Text("--trajectory", "FILE", "Every state of each sample: .csv step,t,left,right[,label[,w]], as 'sample --trajectory' writes, or .npy [T + 1, N, 2 to 4], from x_T on.");

    public static Option<string?> Coupled { get; } = Options.Text("--coupled", "FILE", "Samples without a label that were made with the numbers of --noise: left,right.");

    public static Option<string?> Labels { get; } = Options.Text("--labels", "FILE", "The labels that the training gave to the network, of 20 batches or more: batch,label; -1 for dropped.");

    public static Option<string?> Summary { get; } = Options.Text("--summary", "DIR", "Tell in a table what the grade.json in the folders below say, and end.");

    public static Option<int?> StepsMax { get; } = Options.Whole("--steps-max", "T", 2, GradeTable.MostSteps, $"The number of diffusion steps T, 2 to {GradeTable.MostSteps}. Default: that of the predictions, or 50.");

    public static Option<double?> Guidance { get; } = Options.Real("--guidance", "W", double.NegativeInfinity, double.PositiveInfinity, "w of guided predictions, and of samples with a label that do not say it. Default: 0.");

    public static Option<ulong?> Seed { get; } = Options.Make<ulong?>("--seed", "N", $"The seed of the table and the noise, 0 to {GradeTable.MostSeed}. Default: that of the predictions, or 0.", text =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) && value <= GradeTable.MostSeed ? value : null, $"a whole number from 0 to {GradeTable.MostSeed}");

    public static Option<string?> Folder { get; } = new("--out")
    {
        HelpName = "DIR",
        Description = $"The folder of grade.json and grade.html. Default: {DefaultFolder}.",
    };

    /// <summary>The files of an implementation.</summary>
    public static IReadOnlyList<Option<string?>> Files { get; } = [Predictions, Guided, Samples, Trajectory, Coupled, Labels];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option> All { get; } = [Table, Noise, .. Files, Guidance, StepsMax, Seed, Summary, Folder, Options.Threads];
}

using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Submit;

/// <summary>When the ways of one start part under the two labels, over many starts.</summary>
/// <param name="Begin">The time at which the ways begin.</param>
/// <param name="Guidance">w.</param>
/// <param name="Starts">The number of starts.</param>
/// <param name="Tenth">The time, falling from T, at which the ways are a tenth of their final distance apart: lower quartile, median and upper quartile over the starts.</param>
/// <param name="Half">The same for half of it.</param>
/// <param name="Final">The mean final distance.</param>
/// <param name="Unguided">The same with w = 0, which guidance is judged by.</param>
/// <param name="Peaks">The distance of the peaks.</param>
/// <param name="Unlabelled">The share of starts whose way without a label ends nearer to that of class 0.</param>
internal sealed record Forks(double Begin, double Guidance, int Starts, double[] Tenth, double[] Half, double Final, double Unguided, double Peaks, double Unlabelled)
{
    private const int Count = 2000;

    // Below these shares ways do not part, and guidance does nothing.
    private const double Parted = 1e-3, Farther = 0.01;

    /// <summary>What happens, in words that follow from the numbers.</summary>
    public IEnumerable<string> Told()
    {
        string w = Guidance.ToString(CultureInfo.InvariantCulture), followed = $"Of {Starts:N0} starts each was followed under both labels without noise, from t = {Time(Begin)} on.";
        if (!(Final > Parted * Peaks))
        {
            yield return $"{followed} {(Guidance == -1 ? "With w = -1 the label is not asked" : $"With w = {w} the label changes nothing")}: the two ways do not part. In the end they are {F3(Final)} apart, with w = 0 {F3(Unguided)}; the peaks are {F3(Peaks)} apart.";
            yield break;
        }

        yield return $"{followed} There the two ways are at the same point; they are a tenth of their final distance apart at t = {Time(Tenth[1])} ({Middle(Tenth)}) and half of it at t = {Time(Half[1])} ({Middle(Half)}).";
        yield return $"In the end they are {F3(Final)} apart, with w = 0 {F3(Unguided)}; the peaks are {F3(Peaks)} apart.{(Final > (1 + Farther) * Unguided ? " So guidance drives each outward." : Final < (1 - Farther) * Unguided ? " So with this w they part less." : "")}";
        yield return $"Without a label {Percent(Unlabelled, "0.0")} of the same starts end nearer to where label 0 leads than to where label 1 does (the weight of class 0 is 0.35).";
    }

    /// <summary>Follows the ways without noise, as the figure has them, so that nothing but the label parts them.</summary>
    public static Forks Of(ModelRun model)
    {
        var (study, settings) = (model.Study, model.T == 1 ? new SamplerSettings() : new SamplerSettings { Steps = model.T - 1, StartTime = model.T - 1 });
        var start = Start.Draw<float>(study.FigureRandom, [Count, 2, 1]);
        Trajectory[] Ways(int label, double w) => PixelTensors.Paths(
            new DdimSampler<float>(settings), new ClassifierFreeGuidance<float>(model.Denoiser, label < 0 ? -1 : w), model.Schedule, start, label, study.FigureRandom);
        double asked = study.Configuration.Guidance;
        var (none, first, second) = (Ways(DenoiserArguments.NoLabel, -1), Ways(0, asked), Ways(1, asked));
        double unguided = Ways(0, 0).Zip(Ways(1, 0), (a, b) => Distance(a.Points[^1], b.Points[^1])).Average();
        List<double> tenth = [], half = [];
        double final = 0;
        int nearer = 0;
        for (int i = 0; i < Count; i++)
        {
            double[] apart = [.. first[i].Points.Zip(second[i].Points, Distance)];
            final += apart[^1] / Count;
            tenth.Add(first[i].Times[Array.FindIndex(apart, d => d >= 0.1 * apart[^1])]);
            half.Add(first[i].Times[Array.FindIndex(apart, d => d >= 0.5 * apart[^1])]);
            nearer += Distance(none[i].Points[^1], first[i].Points[^1]) < Distance(none[i].Points[^1], second[i].Points[^1]) ? 1 : 0;
        }

        var peaks = study.Data.Mixture!.Components;
        return new Forks(first[0].Times[0], asked, Count, Quartiles(tenth), Quartiles(half), final, unguided,
            double.Hypot(peaks[0].Left - peaks[1].Left, peaks[0].Right - peaks[1].Right), (double)nearer / Count);
    }

    private static string Middle(double[] quartiles) => quartiles[0] == quartiles[2] ? "the same for the middle half of the starts" : $"for the middle half of the starts t = {Time(quartiles[2])} to {Time(quartiles[0])}";

    private static string Time(double t) => t.ToString("0.#", CultureInfo.InvariantCulture);

    private static double Distance(Pixels a, Pixels b) => double.Hypot(a.Left - b.Left, a.Right - b.Right);

    private static double[] Quartiles(List<double> values)
    {
        values.Sort();
        return [values[values.Count / 4], values[values.Count / 2], values[3 * values.Count / 4]];
    }
}

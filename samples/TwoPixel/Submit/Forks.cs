using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Submit;

/// <summary>When the ways of one start part under the two labels, over many starts.</summary>
/// <param name="T">T.</param>
/// <param name="Guidance">w.</param>
/// <param name="Starts">The number of starts.</param>
/// <param name="Tenth">The time, falling from T, at which the ways are a tenth of their final distance apart: lower quartile, median and upper quartile over the starts.</param>
/// <param name="Half">The same for half of it.</param>
/// <param name="Final">The mean final distance, and that of the peaks.</param>
/// <param name="Peaks">The distance of the peaks.</param>
/// <param name="Unlabelled">The share of starts whose way without a label ends nearer to that of class 0.</param>
internal sealed record Forks(int T, double Guidance, int Starts, double[] Tenth, double[] Half, double Final, double Peaks, double Unlabelled)
{
    private const int Count = 2000;

    /// <summary>Follows the ways without noise, as the figure has them, so that nothing but the label parts them.</summary>
    public static Forks Of(ModelRun model)
    {
        var (study, settings) = (model.Study, model.T == 1 ? new SamplerSettings() : new SamplerSettings { Steps = model.T - 1, StartTime = model.T - 1 });
        var start = Start.Draw<float>(study.FigureRandom, [Count, 2, 1]);
        Trajectory[] Ways(int label) => PixelTensors.Paths(
            new DdimSampler<float>(settings), new ClassifierFreeGuidance<float>(model.Denoiser, label < 0 ? -1 : study.Configuration.Guidance), model.Schedule, start, label, study.FigureRandom);
        var (none, first, second) = (Ways(DenoiserArguments.NoLabel), Ways(0), Ways(1));
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
        return new Forks(model.T, study.Configuration.Guidance, Count, Quartiles(tenth), Quartiles(half), final,
            double.Hypot(peaks[0].Left - peaks[1].Left, peaks[0].Right - peaks[1].Right), (double)nearer / Count);
    }

    private static double Distance(Pixels a, Pixels b) => double.Hypot(a.Left - b.Left, a.Right - b.Right);

    private static double[] Quartiles(List<double> values)
    {
        values.Sort();
        return [values[values.Count / 4], values[values.Count / 2], values[3 * values.Count / 4]];
    }
}

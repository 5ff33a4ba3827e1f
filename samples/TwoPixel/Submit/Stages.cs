namespace Diffusion.TwoPixel.Submit;

/// <summary>The reverse process at the times of Problem 2, measured against the exact q(x_t). Widths are standard deviations, told from the median distance to the centre.</summary>
internal sealed record Stage(int Time, double Deviation, double Decided, double ModeDeviation, double ExactModeDeviation, double Distance, double Floor, double Bandwidth)
{
    /// <summary>A point is decided where one peak is at least so likely.</summary>
    public const double Certain = 0.95;

    // A cloud so many times as wide as it ought to be is none.
    private const double Astray = 2;

    // The median distance from the centre of a Gaussian cloud in the plane, in standard deviations.
    private static readonly double MedianOfUnit = Math.Sqrt(2 * Math.Log(2));

    /// <summary>Measures all times but the last, that of the data.</summary>
    public static IReadOnlyList<Stage> Of(ModelRun model) => [.. UnconditionalRun.StagesOf(model.T).Where(t => t > 0).Select(t => Of(model, t))];

    /// <summary>What happens, in words that follow from the numbers.</summary>
    public string Told(int timesteps) => $"t = {Time} ({timesteps - Time} steps done): " + (Decided switch
    {
        _ when ModeDeviation > Astray * ExactModeDeviation => $"the points have gone astray: about the likelier peak they have width {F3(ModeDeviation)}, in the exact q(x_t) {F3(ExactModeDeviation)}.",
        < 0.05 => $"one round cloud of width {F2(Deviation)}; of {Percent(Decided, "0.#")} of the points it can be told which peak they will join.",
        < 0.95 => $"the cloud parts: {Percent(Decided, "0")} of the points have their peak, the others still lie between.",
        _ => $"two clouds: {Percent(Decided, "0.#")} of the points have their peak, and what is left is to draw together. A cloud has width {F3(ModeDeviation)} (the exact q(x_t): {F3(ExactModeDeviation)}).",
    }) + $" The points are {F4(Distance)} from q(x_t) (two sets of it: {F4(Floor)}).";

    private static Stage Of(ModelRun model, int t)
    {
        var (mixture, random, points) = (model.Study.Data.Mixture!, model.Study.Random, model.Unconditional.Whole[t]);
        var level = model.Schedule.At(t);
        var exact = mixture.At(level);
        int n = points.Shape[0], decided = 0;
        double[] r = new double[mixture.LabelCount], ofAll = new double[n], ofModes = new double[n];
        var pixels = PixelTensors.Points(points);
        var centre = new Pixels(Median(pixels.Select(point => point.Left)), Median(pixels.Select(point => point.Right)));
        for (int i = 0; i < n; i++)
        {
            exact.Responsibilities(pixels[i].Left, pixels[i].Right, r);
            int mode = Array.IndexOf(r, r.Max());
            decided += r[mode] >= Certain ? 1 : 0;
            var peak = mixture.Components[mode];
            ofModes[i] = double.Hypot(pixels[i].Left - (level.G * peak.Left), pixels[i].Right - (level.G * peak.Right));
            ofAll[i] = double.Hypot(pixels[i].Left - centre.Left, pixels[i].Right - centre.Right);
        }

        Tensor<float> Exactly(int draw)
        {
            var x0 = mixture.Sample<float>(n, random.For(Purpose.Data).At(draw)).X0;
            return model.Schedule.QSample(x0, [(double)t], random.For(Purpose.Metrics).At(draw).Normal<float>(x0.Shape));
        }

        var reference = SlicedWasserstein.To(Exactly(100 + (2 * t)));
        double sigma = mixture.Components.Average(component => component.Sigma * component.Sigma), spread = Median(ofAll) / MedianOfUnit;
        return new Stage(
            t, spread, (double)decided / n, Median(ofModes) / MedianOfUnit, Math.Sqrt((level.G * level.G * sigma) + (level.S * level.S)),
            reference.Distance(points), reference.Distance(Exactly(101 + (2 * t))), spread * Math.Pow(n, -1 / 6.0));
    }

    // The few points that go astray would rule a mean.
    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

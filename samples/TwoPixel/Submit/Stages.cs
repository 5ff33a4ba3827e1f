namespace Diffusion.TwoPixel.Submit;

/// <summary>The reverse process at the times of Problem 2, measured against the exact q(x_t).</summary>
internal sealed record Stage(int Time, double Deviation, double Decided, double ModeDeviation, double ExactModeDeviation, double Distance, double Floor, double Bandwidth)
{
    /// <summary>A point is decided where one peak is at least so likely.</summary>
    public const double Certain = 0.95;

    /// <summary>Measures all times but the last, that of the data.</summary>
    public static IReadOnlyList<Stage> Of(ModelRun model) => [.. UnconditionalRun.StagesOf(model.T).Where(t => t > 0).Select(t => Of(model, t))];

    /// <summary>What happens, in words that follow from the numbers.</summary>
    public string Told(int timesteps) => $"t = {Time} ({timesteps - Time} steps done): " + (Decided switch
    {
        < 0.05 => $"one round cloud of standard deviation {F2(Deviation)}; of {Percent(Decided, "0.#")} of the points it can be told which peak they will join.",
        < 0.95 => $"the cloud parts: {Percent(Decided, "0")} of the points have their peak, the others still lie between.",
        _ => $"two clouds: {Percent(Decided, "0.#")} of the points have their peak, and what is left is to draw together. A cloud has standard deviation {F3(ModeDeviation)} (the exact q(x_t): {F3(ExactModeDeviation)}).",
    }) + $" The points are {F4(Distance)} from q(x_t) (two sets of it: {F4(Floor)}).";

    private static Stage Of(ModelRun model, int t)
    {
        var (mixture, random, points) = (model.Study.Data.Mixture!, model.Study.Random, model.Unconditional.Whole[t]);
        var level = model.Schedule.At(t);
        var exact = mixture.At(level);
        int n = points.Shape[0], decided = 0;
        double[] r = new double[mixture.LabelCount], sums = new double[4 * mixture.LabelCount];
        double[] squares = new double[2], means = new double[2];
        double within = 0;
        for (int i = 0; i < n; i++)
        {
            double left = points.Span[2 * i], right = points.Span[(2 * i) + 1];
            exact.Responsibilities(left, right, r);
            int mode = Array.IndexOf(r, r.Max());
            decided += r[mode] >= Certain ? 1 : 0;
            var peak = mixture.Components[mode];
            within += Math.Pow(left - (level.G * peak.Left), 2) + Math.Pow(right - (level.G * peak.Right), 2);
            (means[0], means[1]) = (means[0] + (left / n), means[1] + (right / n));
            (squares[0], squares[1]) = (squares[0] + (left * left / n), squares[1] + (right * right / n));
        }

        double deviation = Math.Sqrt((squares[0] - (means[0] * means[0]) + squares[1] - (means[1] * means[1])) / 2);
        Tensor<float> Exactly(int draw)
        {
            var x0 = mixture.Sample<float>(n, random.For(Purpose.Data).At(draw)).X0;
            return model.Schedule.QSample(x0, [(double)t], random.For(Purpose.Metrics).At(draw).Normal<float>(x0.Shape));
        }

        var reference = SlicedWasserstein.To(Exactly(100 + (2 * t)));
        double sigma = mixture.Components.Average(component => component.Sigma * component.Sigma);
        return new Stage(
            t, deviation, (double)decided / n, Math.Sqrt(within / (2.0 * n)), Math.Sqrt((level.G * level.G * sigma) + (level.S * level.S)),
            reference.Distance(points), reference.Distance(Exactly(101 + (2 * t))), deviation * Math.Pow(n, -1 / 6.0));
    }
}

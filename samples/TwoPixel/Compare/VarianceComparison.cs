namespace Diffusion.TwoPixel.Compare;

/// <summary>The variance of the reverse step at each t: posterior, upper, optimal and learned, and what samples with each are worth.</summary>
internal sealed class VarianceComparison() : Comparison("the variance of the reverse step", "variance.png")
{
    private const int PointsPerStep = 2000;

    public override object? Measure(CompareRun run)
    {
        var schedule = run.Models.Learned.Schedule;
        double[] posterior = new double[schedule.T], upper = new double[schedule.T], optimal = new double[schedule.T], learned = new double[schedule.T];
        for (int t = 1; t <= schedule.T; t++)
        {
            var step = schedule.PosteriorOf(t, t - 1);
            (posterior[t - 1], upper[t - 1]) = (step.Variance, step.Beta);
            optimal[t - 1] = run.Optimal(schedule).Of(step, t);
            learned[t - 1] = Learned(run, t);
        }

        return new VarianceNumbers(new VarianceMetrics(posterior, upper, optimal, learned, Distances(run)));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var measured = run.Numbers.Of<VarianceNumbers>().Variance;
        VarianceFigure.Save(
            paths[0],
            [.. Enumerable.Range(1, measured.Upper.Length).Select(t => (double)t)],
            [new("upper", measured.Upper), new("posterior", measured.Posterior), new("optimal", measured.Optimal), new("learned", measured.Learned)],
            "upper");
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var variance = numbers.Of<VarianceNumbers>().Variance;
        double Share(int t) => (variance.Learned[t] - variance.Posterior[t]) / (variance.Upper[t] - variance.Posterior[t]);
        int middle = variance.Upper.Length / 2;
        double error = Enumerable.Range(1, variance.Upper.Length - 1).Average(t => Math.Abs(Math.Log(variance.Learned[t] / variance.Optimal[t])));
        _ = report
            .Paragraph($"The variance of a reverse step lies between the posterior's, which knows x_0, and β. A second output of the network learns where (Improved DDPM, hybrid loss): at t = {middle + 1} it is {Percent(Share(middle), "0.#")} of the way up. Over t > 1 it differs from the optimal one by {Percent(error, "0.#")} in the mean of |log ratio|.")
            .Table(["variance", "distance"], variance.Swd.Select(pair => (IReadOnlyList<string>)[pair.Key, F4(pair.Value)]), $"DDPM with all {variance.Upper.Length} steps of the network that has learned it; no noise at the last step.")
            .Figure(paths[0], "The variance at each t, and its share of the upper one.");
    }

    // The mean over noisy data of exp(f ln beta + (1 - f) ln beta~).
    private static double Learned(CompareRun run, int t)
    {
        var (model, random) = (run.Models.Learned, run.Random);
        var (x0, _) = run.Models.Mixture.Sample<float>(PointsPerStep, random.For(Purpose.Data).At(t));
        var x = model.Schedule.QSample(x0, [(double)t], random.For(Purpose.Metrics).At(t).Normal<float>(x0.Shape));
        var fraction = model.Denoiser.Predict(x, [t]).VarianceFraction;
        var (low, high) = model.Schedule.LogVarianceRange(t, t - 1);
        return fraction.Span.ToArray().Average(f => Math.Exp(low + (f * (high - low))));
    }

    // The model with a learned variance, with each of the variances.
    private static SortedDictionary<string, double> Distances(CompareRun run)
    {
        var (model, start) = (run.Models.Learned, run.Noise);
        return new(Enum.GetValues<ReverseVariance>().ToDictionary(variance => variance.ToString().ToLowerInvariant(), variance => run.Distance(
            new DdpmSampler<float> { Variance = variance, Optimal = run.Optimal(model.Schedule) }.Sample(model.Denoiser, model.Schedule, start, default, run.Random))), StringComparer.Ordinal);
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record VarianceNumbers(VarianceMetrics Variance);

/// <summary>The variances of the steps from t = 1 on, and the distances of samples with each.</summary>
internal sealed record VarianceMetrics(double[] Posterior, double[] Upper, double[] Optimal, double[] Learned, SortedDictionary<string, double> Swd);

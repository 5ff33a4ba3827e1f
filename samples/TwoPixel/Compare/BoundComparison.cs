using Diffusion.Likelihood;

namespace Diffusion.TwoPixel.Compare;

/// <summary>The variational bound of the chain of Gaussian steps, with the study's model and with the exact denoiser, beside the entropy of the mixture.</summary>
internal sealed class BoundComparison() : Comparison("the variational bound", "bound.png")
{
    private static readonly int[] OtherSteps = [10, 1000];

    private static readonly ReverseVariance[] Variances = [ReverseVariance.Posterior, ReverseVariance.Upper, ReverseVariance.Optimal];

    public override object? Measure(CompareRun run)
    {
        var (mixture, discrete) = (run.Models.Mixture, run.Models.Discrete);
        var (x0, _) = mixture.Sample<float>(run.Settings.HeldOut, run.Random.For(Purpose.Data).At(3_000_000));
        var data = mixture.At(1);
        double[] log = [.. Enumerable.Range(0, x0.Shape[0]).Select(i => data.LogDensity(x0[i, 0, 0], x0[i, 1, 0]))];
        var rows = new List<BoundRow>();
        double[] Add(string name, IDenoiser<float> denoiser, NoiseSchedule schedule, ReverseVariance variance)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var bound = new DiscreteBound { Variance = variance, Optimal = run.Optimal(schedule) }.Measure(denoiser, schedule, x0, default, run.Random);
            var (beyond, error) = bound.Beyond(log);
            rows.Add(new(name, schedule.T, variance.ToString().ToLowerInvariant(), bound.DecoderVariance, bound.BitsPerDimension, bound.BitsError, beyond, error));
            return [.. bound.Terms.Skip(1).Take(schedule.T - 1).Select(nats => FlowLikelihood.BitsPerDimension(-nats, bound.Dimensions))];
        }

        double[][] model = [.. Variances.Select(variance => Add("model", discrete.Denoiser, discrete.Schedule, variance))];
        var exact = new ExactDenoiser<float>(mixture, discrete.Schedule);
        double[][] known = [.. Variances.Select(variance => Add("exact", exact, discrete.Schedule, variance))];
        foreach (int steps in OtherSteps)
        {
            var schedule = run.Settings.ScheduleFor(steps);
            foreach (var variance in Variances)
                _ = Add("exact", new ExactDenoiser<float>(mixture, schedule), schedule, variance);
        }

        return new BoundNumbers(new BoundMetrics(x0.Shape[0], FlowLikelihood.BitsPerDimension(log.Average(), 2), rows, model[^1], known[^1], known[1], known[0]));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var bound = run.Numbers.Of<BoundNumbers>().Bound;
        BoundFigure.Save(
            paths[0],
            [.. Enumerable.Range(2, bound.ModelTerms.Length).Select(t => (double)t)],
            [new("exact, posterior variance", bound.ExactPosteriorTerms), new("exact, upper", bound.ExactUpperTerms), new("exact, optimal", bound.ExactTerms), new("model, optimal", bound.ModelTerms)],
            [$"L at t \u2212 1, t = 2 to {bound.ModelTerms.Length + 1}: the divergence of the reverse step from q(x at t \u2212 1 | x at t, x\u2080), over {bound.Points:N0} held-out points.", "L\u2080, the decoder's, is a density and may be negative; it is not drawn."]);
    }

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers)
    {
        var bound = numbers.Of<BoundNumbers>().Bound;
        var model = bound.Row("model", "optimal");
        return [[$"variational bound, T = {model.T}, bits per dimension", F4(model.Bits), $"exact denoiser: {F4(bound.Row("exact", "optimal").Bits)}; entropy: {F4(bound.Entropy)}"]];
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var bound = numbers.Of<BoundNumbers>().Bound;
        BoundRow model = bound.Row("model", "optimal"), exact = bound.Row("exact", "optimal");
        var best = bound.Rows.Where(row => row.Predictor == "exact" && row.Variance == "optimal").OrderBy(row => row.T);
        double network = model.Beyond - exact.Beyond;
        _ = report
            .Paragraph($"DDPM's chain has no density in closed form, but a bound on it: L_T + sum of L_(t-1) + L_0 (DDPM, eq. 5). Of {bound.Points:N0} held-out points the mixture itself has {F4(bound.Entropy)} bits per dimension, and no bound can have less but by chance. What the bound has more with the exact denoiser is what Gaussian steps lose: {string.Join(", ", best.Select(row => $"{F4(row.Beyond)} ± {F4(row.BeyondError)} with T = {row.T}"))}, at the optimal variance. At T = {model.T} the study's model adds {F4(network)} to the {F4(exact.Beyond)} of the exact denoiser.")
            .Table(
                ["denoiser", "T", "variance", "v of the decoder", "bits per dimension", "beyond the entropy"],
                bound.Rows.Select(row => (IReadOnlyList<string>)
                    [row.Predictor == "model" ? "the study's model" : "exact", $"{row.T}", row.Variance, row.DecoderVariance.ToString("0.00E+0", CultureInfo.InvariantCulture), $"{F4(row.Bits)} ± {F4(row.Error)}", $"{F4(row.Beyond)} ± {F4(row.BeyondError)}"]),
                "± is one standard error. The decoder N(x_0; mu, v) has the variance of the step from t = 1; the posterior's is 0 there, and that of t = 2 stands in.")
            .Figure(paths[0], "The terms of the bound at each t.");
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record BoundNumbers(BoundMetrics Bound);

/// <summary>Variational bounds in bits per dimension.</summary>
/// <param name="Points">The held-out points.</param>
/// <param name="Entropy">The mean of -log2 p per dimension of the same points under the mixture itself.</param>
/// <param name="Rows">All bounds.</param>
/// <param name="ModelTerms">L_{t-1} for t from 2 on with the study's model and the optimal variance.</param>
/// <param name="ExactTerms">The same with the exact denoiser.</param>
/// <param name="ExactUpperTerms">With the exact denoiser and the upper variance.</param>
/// <param name="ExactPosteriorTerms">With the posterior's.</param>
internal sealed record BoundMetrics(int Points, double Entropy, IReadOnlyList<BoundRow> Rows, double[] ModelTerms, double[] ExactTerms, double[] ExactUpperTerms, double[] ExactPosteriorTerms)
{
    /// <summary>The bound at the model's T.</summary>
    public BoundRow Row(string predictor, string variance) => Rows.First(row => row.Predictor == predictor && row.Variance == variance && row.T == Rows[0].T);
}

/// <summary>One bound.</summary>
/// <param name="Predictor">model or exact.</param>
/// <param name="T">The steps.</param>
/// <param name="Variance">posterior, upper or optimal.</param>
/// <param name="DecoderVariance">v of the step from t = 1.</param>
/// <param name="Bits">The bound.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="Beyond">How much more it is than the same points have under the mixture itself.</param>
/// <param name="BeyondError">The standard error of that.</param>
internal sealed record BoundRow(string Predictor, int T, string Variance, double DecoderVariance, double Bits, double Error, double Beyond, double BeyondError);

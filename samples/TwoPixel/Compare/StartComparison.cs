namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// What the time of the start does, with all else the same: the exact predictor, the exact one with a constant error as large as the network's at T, and the
/// network of whole times, each from T and from a step later. The one with the error is the control: it differs from the exact one in nothing else.
/// </summary>
internal sealed class StartComparison() : Comparison(SamplerComparison.Section)
{
    private const int Steps = 20;

    private const int ErrorPoints = 2000;

    private static readonly (string Sampler, StepSpacing Spacing)[] Runs =
        [("ddim", StepSpacing.Uniform), ("ddim", StepSpacing.Quadratic), ("deis2", StepSpacing.Quadratic), ("dpm++2m", StepSpacing.LogSnr), ("ddpm-upper", StepSpacing.Uniform)];

    public override object? Measure(CompareRun run)
    {
        var schedule = run.Models.Discrete.Schedule;
        var exact = new ExactDenoiser<float>(run.Models.Mixture, schedule);
        double error = ErrorAtT(run, exact);
        (string, IDenoiser<float>)[] predictors = [("exact", exact), ("exact with an error", new Biased(exact, (float)error)), ("network", run.Models.Discrete.Denoiser)];
        var rows = from each in Runs
                   from predictor in predictors
                   select new StartRow(each.Sampler, each.Spacing.Name, predictor.Item1, Distance(each, predictor.Item2, schedule.T), Distance(each, predictor.Item2, schedule.T - 1));
        var last = schedule.At(schedule.T);
        return new StartNumbers(new StartMetrics(schedule.T, error, last.Rho, schedule.At(schedule.T - 1).Rho, [.. rows]));

        double Distance((string Sampler, StepSpacing Spacing) each, IDenoiser<float> denoiser, double start)
        {
            var sampler = Samplers.Find(each.Sampler).Create<float>(new SamplerSettings { Steps = Math.Min(Steps, schedule.T - 1), Spacing = each.Spacing, StartTime = start, IntegerTimes = true });
            return run.Distance(sampler.Sample(denoiser, schedule, run.Noise, default, run.Random));
        }
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var (start, floor) = (numbers.Of<StartNumbers>().Start, numbers.Of<CompareNumbers>().SwdFloor);
        var (uniform, biased, network) = (start.Rows[0], start.Rows[1], start.Rows[2]);
        _ = report
            .Paragraph($"What the start does. At t = T = {start.T} of this schedule sigma is {Large(start.LastSigma)}, one step later {Large(start.NextSigma)}: an error e of the noise is one of sigma·e in x_0, and a solver carries it along. There the network's noise is off by {F4(start.Error)} (root mean square). With that error in each number of the exact noise DDIM on uniform steps comes to {F4(biased.FromT)} from T and to {F4(biased.FromNext)} from T − 1; without it to {F4(uniform.FromT)} and {F4(uniform.FromNext)}; the network comes to {F4(network.FromT)} and {F4(network.FromNext)}. "
                + (network.FromT > network.FromNext + floor.Deviation
                    ? "So what the network loses at T is lost by the start. That is why all samplers above start at the same level."
                    : "Here the start at T costs the network nothing that can be told. All samplers above start at the same level nevertheless."))
            .Table(
                ["sampler", "steps in", "predictor", "from T", "from T − 1"],
                start.Rows.Select(row => (IReadOnlyList<string>)[Samplers.Find(row.Sampler).Title, row.Spacing, row.Predictor, F4(row.FromT), F4(row.FromNext)]),
                $"Distances with {Steps} evaluations on whole times; nothing but the start differs between the two columns.");
    }

    // The root mean square of a number of the network's noise at T against the exact one.
    private static double ErrorAtT(CompareRun run, ExactDenoiser<float> exact)
    {
        var (model, x) = (run.Models.Discrete, run.Noise.Rows(0, Math.Min(ErrorPoints, run.Settings.Points)));
        double[] t = [model.Schedule.T];
        return Math.Sqrt((model.Denoiser.Predict(x, t).Noise - exact.Predict(x, t).Noise).Square().Mean());
    }

    private static string Large(double sigma) => sigma.ToString(sigma < 1000 ? "0.#" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>A denoiser whose noise is off by a constant.</summary>
    private sealed class Biased(IDenoiser<float> inner, float error) : IDenoiser<float>
    {
        public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction)
        {
            inner.Predict(xt, t, condition, prediction);
            var noise = prediction.Noise.Clone();
            System.Numerics.Tensors.TensorPrimitives.Add(noise.Span, error, noise.Span);
            prediction.Set(Parameterisation.Epsilon, xt, noise);
        }
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record StartNumbers(StartMetrics Start);

/// <summary>Distances by the time of the start.</summary>
/// <param name="T">T.</param>
/// <param name="Error">The network's error at T, and the control's everywhere.</param>
/// <param name="LastSigma">sigma at T.</param>
/// <param name="NextSigma">sigma a step later.</param>
/// <param name="Rows">By sampler and predictor.</param>
internal sealed record StartMetrics(int T, double Error, double LastSigma, double NextSigma, IReadOnlyList<StartRow> Rows);

/// <summary>One sampler with one predictor.</summary>
internal sealed record StartRow(string Sampler, string Spacing, string Predictor, double FromT, double FromNext);

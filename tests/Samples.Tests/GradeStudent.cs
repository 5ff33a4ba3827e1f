using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using Diffusion.TwoPixel.Grade;

namespace Diffusion.Samples.Tests;

/// <summary>
/// Somebody's implementation, made of the library's parts and a sampler as textbooks have it: what is graded. Slips are parts put together
/// wrongly; nothing of the grader's hypotheses is used.
/// </summary>
internal sealed record GradeStudent(VariancePreservingSchedule Schedule, IDenoiser<float> Denoiser)
{
    /// <summary>Whether the sampler adds beta in the place of the posterior's variance, adds noise at the last step, divides by sqrt(1 - alpha_t), clamps x_0, steps as DDIM does.</summary>
    public bool Upper { get; init; }

    public bool LastNoise { get; init; }

    public bool UsesAlpha { get; init; }

    public bool Clamps { get; init; }

    public bool Ddim { get; init; }

    /// <summary>What the sampler makes of w.</summary>
    public Func<double, double> Guidance { get; init; } = w => w;

    /// <summary>What the program does to the pixels before it writes them.</summary>
    public bool SwapsPixels { get; init; }

    /// <summary>The labels of the training's batches, if they were written.</summary>
    public IReadOnlyList<int[]>? Labels { get; init; }

    public int T => Schedule.T;

    /// <summary>The assignment's schedule.</summary>
    public static VariancePreservingSchedule Cosine(int steps) => NoiseSchedule.Cosine(steps);

    /// <summary>An exact denoiser of the assignment's data.</summary>
    public static IDenoiser<float> Exact(NoiseSchedule schedule) => new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule);

    /// <summary>A network trained for some seconds.</summary>
    public static IDenoiser<float> Trained(NoiseSchedule schedule, ulong seed, int iterations = 1500, int width = 64, DenoisingNetwork<float>? network = null, double rate = 4e-3, double ema = 0.99, double dropout = 0.3)
    {
        network ??= new MlpDenoiser<float>(new() { Dimensions = 2, Width = width, Classes = 2, Timesteps = schedule.T }, new RandomSource(seed));
        var trainer = new Trainer<float>(
            network, schedule, new SimpleObjective<float>(), new MixtureSource<float>(GaussianMixture.TwoPixel),
            new() { Iterations = iterations, Batch = 128, LearningRate = rate, Ema = ema, LabelDropout = dropout, Seed = seed });
        trainer.Run();
        trainer.Average.CopyTo(network);
        return new NetworkDenoiser<float>(network, Parameterisation.Epsilon, schedule);
    }

    /// <summary>What the implementation predicts of pairs.</summary>
    public void Predict(ReadOnlySpan<double> x, int t, int label, Span<double> noise)
    {
        var xt = Tensor<float>.Uninitialized([x.Length / 2, 2, 1]);
        for (int i = 0; i < x.Length; i++)
            xt.Span[i] = (float)x[i];
        var predicted = Denoiser.Predict(xt, [t], label).Noise;
        for (int i = 0; i < noise.Length; i++)
            noise[i] = predicted.Span[i];
    }

    /// <summary>The same with guidance.</summary>
    public void PredictGuided(ReadOnlySpan<double> x, int t, int label, double w, Span<double> noise)
    {
        Predict(x, t, label, noise);
        double used = Guidance(w);
        if (label < 0 || used == 0)
            return;
        double[] none = new double[noise.Length];
        Predict(x, t, -1, none);
        for (int i = 0; i < none.Length; i++)
            noise[i] = ((used + 1) * noise[i]) - (used * none[i]);
    }

    /// <summary>DDPM's Algorithm 2: the states by t.</summary>
    public double[][] Sample(double[][] z, int label, double w)
    {
        double[][] states = new double[T + 1][];
        double[] x = states[T] = [.. z[T]];
        for (int t = T; t >= 1; t--)
        {
            double alpha = Schedule.Alphas[t], beta = Schedule.Betas[t], bar = Schedule.AlphasCumprod[t], before = Schedule.AlphasCumprod[t - 1];
            double sigma = Math.Sqrt(Upper || (t == 1 && LastNoise) ? beta : Schedule.PosteriorVariance[t]), divisor = Math.Sqrt(1 - (UsesAlpha ? alpha : bar));
            double[] eps = new double[x.Length], next = new double[x.Length];
            PredictGuided(x, t, label, w, eps);
            for (int i = 0; i < x.Length; i++)
            {
                double x0 = (x[i] - (Math.Sqrt(1 - bar) * eps[i])) / Math.Sqrt(bar), clamped = Clamps ? Math.Clamp(x0, -1, 1) : x0;
                double mean = Ddim ? (Math.Sqrt(before) * x0) + (Math.Sqrt(1 - before) * eps[i])
                    : Clamps ? (Schedule.PosteriorMeanCoefX0[t] * clamped) + (Schedule.PosteriorMeanCoefXt[t] * x[i])
                    : (x[i] - (beta / divisor * eps[i])) / Math.Sqrt(alpha);
                next[i] = mean + (Ddim || (t == 1 && !LastNoise) ? 0 : sigma * z[t - 1][i]);
            }

            states[t - 1] = x = next;
        }

        return SwapsPixels ? Array.ConvertAll(states, state => state.Chunk(2).SelectMany(pair => pair.Reverse()).ToArray()) : states;
    }

    /// <summary>All its files, graded.</summary>
    /// <param name="points">The samples of each kind.</param>
    public GradeResult Grade(int points = 1000)
    {
        var table = GradeTable.Of(T, 3);
        double[] predictions = table.Ask(Predict), guided = table.Ask((x, t, label, noise) => PredictGuided(x, t, label, 2, noise));
        double[][] z = [.. Enumerable.Range(0, T + 1).Select(t =>
        {
            double[] normal = new double[2 * points];
            new RandomSource(99).For(Purpose.ReverseStep).At(t).Normal(normal.AsSpan(), perSample: 2);
            return normal;
        })];
        List<SampleGroup> samples = [];
        List<TrajectoryGroup> paths = [];
        foreach (var (label, w) in new[] { (-1, 0.0), (0, 0.0), (1, 1.0) })
        {
            double[][] states = Sample(z, label, w);
            samples.Add(new(label, w, states[0]));
            paths.Add(new(label, w, states));
        }

        List<Evidence> files =
        [
            PredictionGrade.Of(table, predictions), GuidanceGrade.Of(table, guided, predictions, 2), SampleGrade.Of(T, samples),
            TrajectoryGrade.Of(T, paths), CoupledGrade.Of(T, 3, Sample(CoupledGrade.Noise(T, 3), -1, 0)[0]),
        ];
        if (Labels is not null)
            files.Add(LabelGrade.Of(Labels));
        return new GradeResult(T, files);
    }
}

/// <summary>A denoiser that is asked otherwise than it was meant to be.</summary>
internal sealed class AskedOtherwise(IDenoiser<float> inner) : IDenoiser<float>
{
    public Func<double, double> Time { get; init; } = t => t;

    public Func<int, int> Label { get; init; } = label => label;

    public bool SwapsPixels { get; init; }

    public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction)
    {
        var seen = SwapsPixels ? Swapped(xt) : xt;
        var predicted = inner.Predict(seen, [Time(t[0])], Label(condition.LabelOf(0))).Noise;
        prediction.Fill(Parameterisation.Epsilon, [new NoiseLevel(t[0], 1, 1)], xt, SwapsPixels ? Swapped(predicted) : predicted);
    }

    private static Tensor<float> Swapped(Tensor<float> pairs) => Tensor<float>.From(pairs.Shape, [.. pairs.Span.ToArray().Chunk(2).SelectMany(pair => pair.Reverse())]);
}

/// <summary>A network whose time is put through a function before its embedding sees it.</summary>
internal sealed class TimeThrough : DenoisingNetwork<float>
{
    private readonly MlpDenoiser<float> _inner;

    public TimeThrough(int timesteps, ulong seed, Func<double, double> time)
    {
        _inner = Register("inner", new MlpDenoiser<float>(new() { Dimensions = 2, Width = 64, Classes = 2, Timesteps = timesteps }, new RandomSource(seed)));
        Time = time;
    }

    public Func<double, double> Time { get; set; }

    public override int Classes => 2;

    public override Shape? SampleShape => _inner.SampleShape;

    public override int? Timesteps => null;

    public override string Architecture => "test";

    public override string ConfigurationJson => "{}";

    public override Variable<float> Forward(Tape<float> tape, Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition) =>
        _inner.Forward(tape, xt, Array.ConvertAll(t.ToArray(), time => Time(time)), condition);
}

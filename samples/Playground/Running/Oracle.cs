using Diffusion.Playground.Settings;
using Diffusion.Schedules;

namespace Diffusion.Playground.Running;

/// <summary>
/// What is known of the data without training: the denoiser that no network betters, and the loss that is left to it. The oracle is the mean of what
/// is asked for, given x_t, so the mean squared loss of any other denoiser is that floor and its mean squared distance to the oracle
/// (Pythagoras). Told so, a loss has none of the chance of a loss on a batch, and is never below its floor.
/// </summary>
internal sealed class Oracle
{
    private const int LeastDraws = 1024, FloorBatches = 16;

    private readonly PlayData _data;
    private readonly Model<float> _model;
    private readonly Lazy<OptimalVariance> _best;
    private readonly Draws _draws;
    private readonly Tensor<float> _exact;

    /// <summary>The oracle of some data, for what a model is asked.</summary>
    public Oracle(PlayData data, Model<float> model, RandomSource random)
    {
        (_data, _model) = (data, model);
        Denoiser = data.Oracle(model.Schedule);
        _best = new(() => data.BestVariance(model.Schedule));
        random = random.Derive(1);
        _draws = Draw(random.At(0));
        _exact = Ask(Denoiser, _draws);
        Floor = Enumerable.Range(0, FloorBatches).Select(k => Draw(random.At(k))).Average(draws => MeanSquare(Ask(Denoiser, draws), draws.Target));
    }

    /// <summary>The exact denoiser of a mixture, the ideal one of points.</summary>
    public IDenoiser<float> Denoiser { get; }

    /// <summary>The loss of the oracle, below which no network comes.</summary>
    public double Floor { get; }

    /// <summary>The table of optimal reverse variances.</summary>
    public OptimalVariance Best() => _best.Value;

    /// <summary>The model's loss, and the root of its mean squared distance to the oracle, in the quantity that it is asked for.</summary>
    public (double Loss, double Error) Measure()
    {
        double distance = MeanSquare(Ask(_model.Denoiser, _draws), _exact);
        return (Floor + distance, Math.Sqrt(distance));
    }

    // As training draws them, but for the times, which are spread evenly: that leaves less to chance.
    private Draws Draw(StepRandom random)
    {
        int steps = _model.Schedule.T, count = steps * ((LeastDraws + steps - 1) / steps);
        var (x0, labels) = _data.Draw(count, random.For(Purpose.Data));
        double[] times = new double[count], chances = new double[count];
        random.For(Purpose.LabelDropout).Uniform<double>(chances);
        for (int i = 0; i < count; i++)
        {
            times[i] = _model.Objective.DrawsWholeTimes ? 1 + (i % steps) : steps * (i + 0.5) / count;
            labels[i] = chances[i] < _model.Training.LabelDropout ? DenoiserArguments.NoLabel : labels[i];
        }

        var noise = random.Normal(x0.Shape);
        return new Draws(_model.Schedule.QSample(x0, times, noise), times, labels, _model.Objective.Parameterisation.Of(_model.Schedule, x0, times, noise));
    }

    private Tensor<float> Ask(IDenoiser<float> denoiser, Draws draws)
    {
        var quantity = Tensor<float>.Uninitialized(draws.Xt.Shape);
        denoiser.Predict(draws.Xt, draws.Times, draws.Labels).Get(_model.Objective.Parameterisation, quantity);
        return quantity;
    }

    private static double MeanSquare(Tensor<float> a, Tensor<float> b) => (a - b).Square().Mean();

    private sealed record Draws(Tensor<float> Xt, double[] Times, int[] Labels, Tensor<float> Target);
}

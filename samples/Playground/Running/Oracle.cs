using Diffusion.Playground.Settings;
using Diffusion.Schedules;

namespace Diffusion.Playground.Running;

/// <summary>
/// What is known of the data without training: the denoiser that no network betters, and the loss that is left to it. Loss and error of a
/// network are measured on the same draws, noise and dropped labels, so the difference to the floor is the network's and not chance.
/// </summary>
internal sealed class Oracle
{
    private const int Draws = 1024;

    private readonly Model<float> _model;
    private readonly Tensor<float> _xt, _target, _exact;
    private readonly double[] _times = new double[Draws];
    private readonly int[] _labels;
    private readonly Lazy<OptimalVariance> _best;

    /// <summary>The oracle of some data, for what a model is asked.</summary>
    public Oracle(PlayData data, Model<float> model, RandomSource random)
    {
        _model = model;
        Denoiser = data.Oracle(model.Schedule);
        _best = new(() => data.BestVariance(model.Schedule));

        // The draws of training, in streams of their own.
        var streams = random.Derive(1).At(0);
        (var x0, _labels) = data.Draw(Draws, streams.For(Purpose.Data));
        model.Objective.DrawTimes(model.Schedule, streams.For(Purpose.Time), _times);
        double[] chances = new double[Draws];
        streams.For(Purpose.LabelDropout).Uniform<double>(chances);
        for (int i = 0; i < Draws; i++)
            _labels[i] = chances[i] < model.Training.LabelDropout ? DenoiserArguments.NoLabel : _labels[i];
        var noise = streams.Normal(x0.Shape);
        _xt = model.Schedule.QSample(x0, _times, noise);
        _target = model.Objective.Parameterisation.Of(model.Schedule, x0, _times, noise);
        _exact = Ask(Denoiser);
        Floor = MeanSquare(_exact, _target);
    }

    /// <summary>The exact denoiser of a mixture, the ideal one of points.</summary>
    public IDenoiser<float> Denoiser { get; }

    /// <summary>The loss of the oracle, below which no network comes.</summary>
    public double Floor { get; }

    /// <summary>The table of optimal reverse variances.</summary>
    public OptimalVariance Best() => _best.Value;

    /// <summary>The model's loss on the oracle's draws, and the root of its mean squared distance to the oracle, in the quantity that it is asked for.</summary>
    public (double Loss, double Error) Measure()
    {
        var predicted = Ask(_model.Denoiser);
        return (MeanSquare(predicted, _target), Math.Sqrt(MeanSquare(predicted, _exact)));
    }

    private Tensor<float> Ask(IDenoiser<float> denoiser)
    {
        var quantity = Tensor<float>.Uninitialized(_xt.Shape);
        denoiser.Predict(_xt, _times, _labels).Get(_model.Objective.Parameterisation, quantity);
        return quantity;
    }

    private static double MeanSquare(Tensor<float> a, Tensor<float> b) => (a - b).Square().Mean();
}

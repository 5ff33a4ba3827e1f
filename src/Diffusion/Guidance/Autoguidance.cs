using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Autoguidance: away from a weaker version of the model itself (arXiv:2406.02507), D = D_1 + w (D_1 - D_0), where D_1 is the prediction of the
/// model and D_0 that of the weaker one, both with the condition that is asked for. w = 0 is the model and w = -1 the weaker one,
/// both bit for bit and in one pass. (The paper's weight is w + 1.)
/// </summary>
/// <remarks>
/// The weaker model is the caller's: one that was trained for less long, is smaller, or has seen less or worse data, on the same schedule. Where it
/// is the same network without the condition, this is <see cref="ClassifierFreeGuidance{T}"/>. Keeps scratch memory between calls, so one
/// instance serves one thread at a time.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Autoguidance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Schedules of the same settings may differ in the last digits.
    private const double SameLevel = 1e-6;

    private readonly IDenoiser<T> _model, _weaker;
    private readonly OtherPrediction<T> _other = new();

    /// <summary>Guides a model by a weaker one.</summary>
    /// <param name="model">The model D_1.</param>
    /// <param name="weaker">The weaker model D_0, on the same schedule and for the same conditions.</param>
    /// <param name="w">The guidance weight, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">w is not finite.</exception>
    public Autoguidance(IDenoiser<T> model, IDenoiser<T> weaker, double w) =>
        (_model, _weaker, Weight) = (model, weaker, OtherPrediction<T>.CheckWeight(w));

    /// <summary>The guidance weight w.</summary>
    public double Weight { get; }

    /// <inheritdoc/>
    /// <remarks>A learned variance is that of the model.</remarks>
    /// <exception cref="ArgumentException">The weaker model has another noise level at that time.</exception>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        _ = DenoiserArguments.Check(xt, t, condition, prediction);
        (Weight == -1 ? _weaker : _model).Predict(xt, t, condition, prediction);
        if (Weight is 0 or -1)
            return;
        var other = _other.Of(_weaker, xt, t, condition);
        for (int i = 0; i < Math.Max(prediction.Levels.Length, other.Levels.Length); i++)
            CheckLevel(LevelOf(prediction, i), LevelOf(other, i));
        prediction.Mix(Weight + 1, -Weight, other);
    }

    private static NoiseLevel LevelOf(Prediction<T> prediction, int sample) => prediction.Levels[prediction.Levels.Length == 1 ? 0 : sample];

    private static void CheckLevel(NoiseLevel own, NoiseLevel weaker)
    {
        if (!(Math.Abs(own.G - weaker.G) <= SameLevel * own.G && Math.Abs(own.S - weaker.S) <= SameLevel * own.S))
            throw new ArgumentException($"At t = {own.Time} x_t is {own.G}·x_0 + {own.S}·eps to the model, and {weaker.G}·x_0 + {weaker.S}·eps to the weaker one; both must have one schedule.");
    }
}

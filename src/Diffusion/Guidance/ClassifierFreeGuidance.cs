using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Classifier-free guidance: eps = (w + 1) eps_c - w eps_u (assignment eq. 18; arXiv:2207.12598), where eps_c
/// is the prediction with the label and eps_u without. w = 0 is the conditional prediction and w = -1 the unconditional
/// one, both bit for bit and in one pass; other weights need two passes. (Libraries that take a scale mean w + 1.)
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassifierFreeGuidance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly OtherPrediction<T> _other = new();
    private Tensor<T>? _quantity;

    /// <summary>Guides a denoiser that was trained with and without labels.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="w">The guidance weight, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">w is not finite.</exception>
    public ClassifierFreeGuidance(IDenoiser<T> inner, double w) => (_inner, Weight) = (inner, OtherPrediction<T>.CheckWeight(w));

    /// <summary>The guidance weight w.</summary>
    public double Weight { get; }

    /// <summary>What is to be steered away from, whose prediction takes the place of eps_u; by default nothing, for the unconditional one.</summary>
    public Condition<T> Negative { get; init; }

    /// <summary>
    /// How much of the guided prediction is scaled back to the standard deviation of the conditional one, sample by sample over its numbers,
    /// against the glare of large weights (arXiv:2305.08891, eqs. 15 and 16): 0, the default, for none, to 1 for all. It acts on what the
    /// network predicts (<see cref="Prediction{T}.Parameterisation"/>), from which the rest follows. It is made for images: two pixels have
    /// hardly a standard deviation.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1].</exception>
    public double Rescale { get; init => field = Accepted.Between(value, 0, 1); }

    /// <inheritdoc/>
    /// <remarks>
    /// Noise and data are combined with the same weights, which is the same as to combine either. Samples without a condition get the
    /// unconditional prediction up to rounding, whatever w is, unless there is a negative one. A learned variance is that of the conditional prediction.
    /// </remarks>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        _ = DenoiserArguments.Check(xt, t, condition, prediction);
        if (Weight == -1 || (Negative.IsNone && condition.IsNone))
        {
            _inner.Predict(xt, t, Negative, prediction);
            return;
        }

        _inner.Predict(xt, t, condition, prediction);
        if (Weight == 0)
            return;

        var other = _other.Of(_inner, xt, t, Negative);
        if (Rescale == 0)
        {
            prediction.Mix(Weight + 1, -Weight, other);
            return;
        }

        if (_quantity?.Shape != xt.Shape)
            _quantity = Tensor<T>.Uninitialized(xt.Shape);
        prediction.Get(prediction.Parameterisation, _quantity);
        double[] conditional = Deviations(_quantity);
        prediction.Mix(Weight + 1, -Weight, other);
        prediction.Get(prediction.Parameterisation, _quantity);
        double[] guided = Deviations(_quantity);
        for (int i = 0; i < guided.Length; i++)
        {
            var row = _quantity.Rows(i, i + 1).Span;
            if (guided[i] > 0)
                System.Numerics.Tensors.TensorPrimitives.Multiply(row, T.CreateTruncating((Rescale * conditional[i] / guided[i]) + 1 - Rescale), row);
        }

        prediction.Set(prediction.Parameterisation, xt, _quantity);
    }

    // Of each sample, over its numbers.
    private static double[] Deviations(Tensor<T> values)
    {
        double[] deviations = new double[values.Shape[0]];
        for (int i = 0; i < deviations.Length; i++)
            deviations[i] = StandardDeviation(values.Rows(i, i + 1).Span);
        return deviations;
    }

    private static double StandardDeviation(ReadOnlySpan<T> values)
    {
        double mean = 0, squares = 0;
        foreach (var value in values)
            mean += double.CreateTruncating(value) / values.Length;
        foreach (var value in values)
            squares += (double.CreateTruncating(value) - mean) * (double.CreateTruncating(value) - mean);
        return Math.Sqrt(squares / values.Length);
    }
}

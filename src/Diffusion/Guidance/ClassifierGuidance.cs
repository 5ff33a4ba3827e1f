using System.Numerics;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Classifier guidance in terms of the noise (arXiv:2105.05233, algorithm 2), which steers every sampler:
/// eps = eps_inner - k S_t grad log p(y | x_t), from which x_0 follows. On the unconditional prediction, k = 1 is the conditional one and k = w + 1
/// is classifier-free guidance of weight w; on the conditional prediction k = w is.
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassifierGuidance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly INoisyClassifier<T> _classifier;
    private readonly NoiseSchedule _schedule;
    private Tensor<T>? _gradient, _noise;

    /// <summary>Guides a denoiser by a classifier.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="classifier">The classifier, trained on data with the noise of the same schedule.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="scale">k, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite.</exception>
    /// <exception cref="ArgumentException">The classifier knows other classes than the network.</exception>
    public ClassifierGuidance(IDenoiser<T> inner, INoisyClassifier<T> classifier, NoiseSchedule schedule, double scale)
    {
        if (!double.IsFinite(scale))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, $"The scale of classifier guidance is {scale}; it must be finite.");
        if (inner is NetworkDenoiser<T> { Network: var network } && network.Classes != classifier.Classes)
            throw new ArgumentException($"The classifier knows {classifier.Classes} classes, but the network {network.Classes}.", nameof(classifier));
        (_inner, _classifier, _schedule, Scale) = (inner, classifier, schedule, scale);
    }

    /// <summary>The scale k.</summary>
    public double Scale { get; }

    /// <summary>Whether the denoiser is given the labels too; by default it predicts without.</summary>
    public bool IsConditional { get; init; }

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        _ = DenoiserArguments.Check(xt, t, condition, prediction);
        foreach (int label in condition.Labels)
        {
            if (label < DenoiserArguments.NoLabel || label >= _classifier.Classes)
                throw new ArgumentOutOfRangeException(nameof(condition), label, $"A label is {label}; the classifier knows 0 to {_classifier.Classes - 1}, and -1 for none.");
        }

        _inner.Predict(xt, t, IsConditional ? condition : default, prediction);
        if (Scale == 0 || !condition.HasLabels)
            return;

        if (_gradient?.Shape != xt.Shape)
            (_gradient, _noise) = (Tensor<T>.Uninitialized(xt.Shape), Tensor<T>.Uninitialized(xt.Shape));
        _classifier.LogProbabilityGradient(xt, t, condition, _gradient);
        LevelRows.Combine(_schedule.LevelsFor(xt, t), prediction.Noise, _gradient, _noise!, level => (1, -Scale * level.S));
        prediction.Set(Parameterisation.Epsilon, xt, _noise!);
    }
}

using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>
/// What an observer sees of one step. The tensors are the sampler's buffers: valid during the call, overwritten by the
/// next step; clone what is to be kept.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Index">0 for the start, then 1 to <paramref name="Count"/>.</param>
/// <param name="Count">The number of steps.</param>
/// <param name="From">The diffusion time before the step; T at the start.</param>
/// <param name="To">The diffusion time of <paramref name="Xt"/>: T at the start, 0 after the last step.</param>
/// <param name="Xt">The state at time <paramref name="To"/>, [N, ...].</param>
/// <param name="PredictedNoise">The noise predicted at time <paramref name="From"/>; null at the start.</param>
/// <param name="PredictedX0">The data predicted at time <paramref name="From"/>, clamped if the sampler clamps; null at the start.</param>
/// <param name="Evaluations">How often the denoiser has been called so far (a guided denoiser counts once).</param>
public readonly record struct SampleStep<T>(
    int Index,
    int Count,
    double From,
    double To,
    Tensor<T> Xt,
    Tensor<T>? PredictedNoise,
    Tensor<T>? PredictedX0,
    int Evaluations)
    where T : unmanaged, IFloatingPointIeee754<T>;

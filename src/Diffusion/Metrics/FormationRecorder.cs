using System.Numerics;
using Diffusion.Sampling;

namespace Diffusion.Metrics;

/// <summary>
/// An observer that keeps the data x_0 that were predicted at every step, clamped to [-1, 1] in steps of 1/127.5: what
/// <see cref="ImageFormation"/> is measured from. N·P bytes per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class FormationRecorder<T> : ISampleObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(double Time, byte[] Images)> _steps = [];
    private int _images;

    /// <summary>The times at which x_0 was predicted, falling, and the predictions; the last are the images themselves, at t = 0.</summary>
    internal IReadOnlyList<(double Time, byte[] Images)> Steps => _steps;

    /// <summary>The number of images.</summary>
    internal int Images => _images;

    /// <inheritdoc/>
    public void OnStep(in SampleStep<T> step)
    {
        _images = step.Xt.Shape[0];
        if (step.PredictedX0 is { } x0)
            _steps.Add((step.From, ToBytes(x0.Span)));
        if (step.Index == step.Count)
            _steps.Add((step.To, ToBytes(step.Xt.Span)));
    }

    private static byte[] ToBytes(Span<T> values)
    {
        byte[] bytes = new byte[values.Length];
        T half = T.CreateTruncating(127.5), top = T.CreateTruncating(255);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = byte.CreateTruncating(T.Clamp(T.Round((values[i] + T.One) * half), T.Zero, top));
        return bytes;
    }
}

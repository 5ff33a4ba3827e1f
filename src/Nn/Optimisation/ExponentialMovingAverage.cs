using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Nn;

/// <summary>
/// The exponential moving average of a module's parameters, which samples better than the parameters themselves. The decay
/// of update k is min(decay, (1 + k)/(10 + k)), so that the first values are soon forgotten.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ExponentialMovingAverage<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Module<T> _module;
    private readonly Parameter<T>[] _parameters;

    /// <summary>Starts from the parameters as they are; a parameter that parts of the module share counts once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A decay outside of [0, 1).</exception>
    public ExponentialMovingAverage(Module<T> module, double decay)
    {
        if (!(decay is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay of a moving average is at least 0 and less than 1.");
        Decay = decay;
        _module = module;
        _parameters = [.. module.Parameters];
        Averages = [.. _parameters.Select(parameter => parameter.Value.Clone())];
    }

    /// <summary>The largest decay.</summary>
    public double Decay { get; }

    /// <summary>The number of updates.</summary>
    public long Updates { get; private set; }

    /// <summary>The averages, in the order of the module's parameters.</summary>
    public IReadOnlyList<Tensor<T>> Averages { get; }

    /// <summary>Takes the present parameters into the average.</summary>
    public void Update()
    {
        T decay = T.CreateTruncating(Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates)));
        Updates++;
        for (int i = 0; i < _parameters.Length; i++)
            Elementwise.MoveTowards(_parameters[i].Value.Span, T.One - decay, Averages[i].Span);
    }

    /// <summary>Copies the averages into a module of the same parameters, such as a copy that samples; buffers are copied as they are.</summary>
    /// <exception cref="ArgumentException">The module has other parameters or buffers.</exception>
    public void CopyTo(Module<T> module)
    {
        Tensor<T>[] to = [.. module.Parameters.Select(parameter => parameter.Value), .. module.NamedBuffers.Select(named => named.Buffer)];
        Tensor<T>[] from = [.. Averages, .. _module.NamedBuffers.Select(named => named.Buffer)];
        if (!to.Select(tensor => tensor.Shape).SequenceEqual(from.Select(tensor => tensor.Shape)))
            throw new ArgumentException($"The averages are of {Averages.Count} parameters; a module of other parameters or buffers than theirs cannot take them.", nameof(module));
        foreach (var (target, source) in to.Zip(from))
            target.CopyFrom(source);
    }

    /// <summary>Continues where another run stopped, after its averages were copied back.</summary>
    public void Resume(long updates)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(updates);
        Updates = updates;
    }
}

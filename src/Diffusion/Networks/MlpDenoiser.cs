using System.Numerics;
using System.Text.Json;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A network for points of d numbers, [N, ...] to the same: linear layers with SiLU, each hidden one added to what it was given. Step,
/// class and vector enter before the first of them.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MlpDenoiser<T> : DenoisingNetwork<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    internal const string ArchitectureName = "mlp";

    private readonly StepEmbedding<T> _step;
    private readonly ClassEmbedding<T>? _label;
    private readonly VectorEmbedding<T>? _vector;
    private readonly Linear<T> _first, _last;
    private readonly Linear<T>[] _hidden;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    public MlpDenoiser(MlpConfiguration configuration, RandomSource random)
    {
        Configuration = configuration;
        var weights = new WeightInitializer(random);
        int width = configuration.Width;
        _step = Register("step", new StepEmbedding<T>(width, configuration.Timesteps, weights));
        if (configuration.Classes > 0)
            _label = Register("label", new ClassEmbedding<T>(configuration.Classes, width, weights));
        if (configuration.ConditionFeatures > 0)
            _vector = Register("vector", new VectorEmbedding<T>(configuration.ConditionFeatures, width, weights));
        _first = Register("first", new Linear<T>(configuration.Dimensions, width, weights));
        _hidden = [.. Enumerable.Range(0, configuration.Layers).Select(i => Register($"hidden{i}", new Linear<T>(width, width, weights)))];
        _last = Register("last", new Linear<T>(width, configuration.Dimensions, weights));
    }

    /// <summary>The sizes.</summary>
    public MlpConfiguration Configuration { get; }

    /// <inheritdoc/>
    public override int Classes => Configuration.Classes;

    /// <inheritdoc/>
    public override Shape? SampleShape => new Shape(Configuration.Dimensions);

    /// <inheritdoc/>
    public override int? Timesteps => Configuration.Timesteps;

    /// <inheritdoc/>
    public override string Architecture => ArchitectureName;

    /// <inheritdoc/>
    public override string ConfigurationJson => JsonSerializer.Serialize(Configuration, NetworkJson.Default.MlpConfiguration);

    /// <inheritdoc/>
    public override Variable<T> Forward(Tape<T> tape, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        int d = Configuration.Dimensions, n = xt.Rank == 0 ? 0 : xt.Shape[0];
        if (xt.Rank == 0 || xt.Length != (long)n * d)
            throw new ArgumentException($"The network takes points of {d} numbers, [N, {d}], not {xt.Shape}.", nameof(xt));
        ConditionRows.Check(condition, takesLabels: _label is not null, takesValues: _vector is not null);
        var h = _first.Forward(tape.Variable(xt).Reshape([n, d])).AddRows(_step.Forward(tape, t, n));
        if (_label is not null)
            h = h.AddRows(_label.Forward(tape, condition, n));
        if (_vector is not null)
            h = h.AddRows(_vector.Forward(tape, condition, n));
        h = h.Silu();
        foreach (var layer in _hidden)
            h += layer.Forward(h).Silu();
        return _last.Forward(h).Reshape(xt.Shape);
    }
}

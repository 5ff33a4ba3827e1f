using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Outside.Tests;

/// <summary>A network that the library knows nothing of: points [N, 2] and a time to points.</summary>
internal sealed class OwnNetwork : DenoisingNetwork<float>
{
    public const string Name = "outside-mlp";
    private readonly Linear<float> _first, _time, _hidden, _last;
    private readonly int _width;

    public OwnNetwork(int width, string name = Name)
    {
        var weights = new WeightInitializer(new RandomSource(2));
        (_width, Architecture) = (width, name);
        _first = Register("first", new Linear<float>(2, width, weights));
        _time = Register("time", new Linear<float>(8, width, weights));
        _hidden = Register("hidden", new Linear<float>(width, width, weights));
        _last = Register("last", new Linear<float>(width, 2, weights));
    }

    public override string Architecture { get; }

    public override string ConfigurationJson => $"{_width}";

    public override Variable<float> Forward(Tape<float> tape, Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition)
    {
        var features = Tensor<float>.Zeros([t.Length, 8]);
        for (int i = 0; i < features.Length; i++)
            features.Span[i] = (float)Math.Sin((t[i / 8] / 100 * (1 << (i % 4))) + (i % 8 / 4 * Math.PI / 2));
        var h = (_first.Forward(tape.Variable(xt)) + _time.Forward(tape.Variable(features))).Silu();
        return _last.Forward(h + _hidden.Forward(h).Silu());
    }
}

using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

/// <summary>Small things that the tests of tapes share.</summary>
internal static class Small
{
    public static Tensor<double> Numbers(params double[] values) => Tensor<double>.From([values.Length], values);

    public static Variable<double> Parameter(params double[] values) => new(Numbers(values), requiresGradient: true) { Name = "w" };
}

/// <summary>Passes the gradient on to x alone, after an action with the sink of the pass.</summary>
internal sealed class Probe(Variable<double> x, Variable<double> other, Action<GradientSink<double>> onBackward) : Operation<double>
{
    public override IReadOnlyList<Variable<double>> Inputs => [x, other];

    public override void Backward(Tensor<double> dOut, GradientSink<double> sink)
    {
        onBackward(sink);
        sink.Add(x, dOut);
    }
}

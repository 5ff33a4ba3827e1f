using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>The code of docs/guide/03-operation.md.</summary>
internal static class OperationGuide
{
    public static void Checked()
    {
        Tensor<double>[] points = [Tensor<double>.From([4], -2, -0.3, 0.7, 3)];
        Console.WriteLine($"mine:    {GradientCheck.Run(v => MySilu.Of(v[0]), points).RelativeError < 1e-8}");
        Console.WriteLine($"library: {GradientCheck.Run(v => v[0].Silu(), points).RelativeError < 1e-8}");
        Console.WriteLine($"control: {GradientCheck.Run(v => WrongSilu.Of(v[0]), points).Passed}");
    }

    public static void Made_fast()
    {
        var x = new RandomSource(2).For(Purpose.Data).At(0).Normal<float>([100_001]);
        int threads = Workers.ThreadCount;
        Workers.ThreadCount = 1;
        float[] one = x.Silu().Span.ToArray();
        Workers.ThreadCount = 3;
        float[] three = x.Silu().Span.ToArray();
        Workers.ThreadCount = threads;
        double worst = x.Span.ToArray().Zip(one, (v, y) => Math.Abs(y - (v / (1 + Math.Exp(-(double)v))))).Max();
        Console.WriteLine($"same bits: {one.AsSpan().SequenceEqual(three)}; within 1e-6 of double precision: {worst < 1e-6}");
    }

    internal sealed class MySilu(Variable<double> x) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public static Variable<double> Of(Variable<double> x) => new MySilu(x).Record(x.Value.Map(v => v * Sigmoid(v)));

        // dx += dy·σ(x)·(1 + x·(1 - σ(x)))
        public override void Backward(Tensor<double> dOut, GradientSink<double> sink) =>
            sink.Add(x, dOut * x.Value.Map(v => Sigmoid(v) * (1 + (v * (1 - Sigmoid(v))))));

        private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
    }

    internal sealed class WrongSilu(Variable<double> x) : Operation<double>
    {
        public override IReadOnlyList<Variable<double>> Inputs => [x];

        public static Variable<double> Of(Variable<double> x) => new WrongSilu(x).Record(x.Value.Map(v => v / (1 + Math.Exp(-v))));

        public override void Backward(Tensor<double> dOut, GradientSink<double> sink) =>
            sink.Add(x, dOut * x.Value.Map(v => 1 / (1 + Math.Exp(-v))).Map(s => s * (1 + (1 - s))));
    }
}

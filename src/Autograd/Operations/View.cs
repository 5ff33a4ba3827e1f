using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

/// <summary>y = x seen through a layout: the one driver of all operations that only move numbers. Keeps the layout.</summary>
internal sealed class ViewOperation<T>(string name, Variable<T> x, Layout layout) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("View", ("offset", layout.Offset), ("strides", layout.StrideSpan.ToArray()));

    public override string Name => name;

    public static Variable<T> Apply(string name, Variable<T> x, in Layout layout)
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(layout.Shape);
        Strided.Read<T>(layout, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ViewOperation<T>(name, x, layout) : null);
    }

    // dx += dy where the layout looks; of what it sees more than once, the sum
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Strided.ReadBackward<T>(layout, dOut.Span, dx.Span, accumulate);
    }
}

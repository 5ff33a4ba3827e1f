using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Layer normalisation (arXiv:1607.06450) of x [..., C] over the last dimension: each row gets mean 0 and (biased)
    /// variance 1, then gamma [C] and beta [C].
    /// </summary>
    /// <exception cref="ArgumentException">The input has no dimension or an empty last one, or gamma or beta have another shape.</exception>
    public static Variable<T> LayerNorm<T>(this Variable<T> x, Variable<T> gamma, Variable<T> beta, double epsilon = 1e-5)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank < 1 || x.Shape[^1] < 1)
            throw new ArgumentException($"LayerNorm runs over the last dimension, but the input has the shape {x.Shape}.", nameof(x));
        int columns = x.Shape[^1], rows = x.Shape.Count(..^1);
        if (gamma.Shape != [columns] || beta.Shape != [columns])
            throw new ArgumentException($"LayerNorm over {columns} channels takes gamma and beta of shape [{columns}], not {gamma.Shape} and {beta.Shape}.", nameof(gamma));
        var recorder = Recorder<T>.For(x, gamma, beta);
        var y = recorder.New(x.Shape);
        Tensor<T>? mean = recorder.Records ? recorder.New([rows]) : null, rstd = recorder.Records ? recorder.New([rows]) : null;
        Tensors.Kernels.LayerNorm.Forward<T>(
            rows, columns, T.CreateChecked(epsilon), x.Data.Span, gamma.Data.Span, beta.Data.Span, y.Span,
            mean is null ? default : mean.Span, rstd is null ? default : rstd.Span);
        return recorder.Result(y, recorder.Records ? new LayerNormOperation<T>(epsilon, x, gamma, beta, mean!, rstd!) : null);
    }
}

/// <summary>y = h·gamma + beta with h = (x - mean)·rstd along rows. Keeps x, mean and rstd; h is made again.</summary>
internal sealed class LayerNormOperation<T>(double epsilon, Variable<T> x, Variable<T> gamma, Variable<T> beta, Tensor<T> mean, Tensor<T> rstd) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, gamma, beta];

    public override OperationDescription Describe() => new("LayerNorm", ("epsilon", epsilon));

    // With q = dy·gamma: dx += (q - mean(q) - h·mean(q·h))·rstd, dgamma += Σ dy·h, dbeta += Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        var dx = sink.ForKernel(x, out bool addX);
        var dGamma = sink.ForKernel(gamma, out bool addGamma);
        var dBeta = sink.ForKernel(beta, out bool addBeta);
        if (addGamma != addBeta)
        {
            (addGamma ? dBeta : dGamma).Span.Clear();
            addGamma = true;
        }

        Tensors.Kernels.LayerNorm.Backward<T>(
            mean.Length, gamma.Shape.Length, x.Data.Span, gamma.Data.Span, mean.Span, rstd.Span, dOut.Span, dx.Span, addX, dGamma.Span, dBeta.Span, addGamma);
    }
}

using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Group normalisation (arXiv:1803.08494) of x [N, ..., C] with C channels in groups: each sample's group gets mean 0
    /// and (biased) variance 1, then gamma [C] and beta [C]. With <paramref name="silu"/>, SiLU follows in the same pass.
    /// </summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups, or gamma or beta of another shape.</exception>
    public static Variable<T> GroupNorm<T>(this Variable<T> x, int groups, Variable<T> gamma, Variable<T> beta, double epsilon = 1e-5, bool silu = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank < 2)
            throw new ArgumentException($"GroupNorm takes an input [N, ..., C], not {x.Shape}.", nameof(x));
        int batch = x.Shape[0], channels = x.Shape[^1];
        if (groups < 1 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {groups} groups.", nameof(groups));
        if (gamma.Shape != [channels] || beta.Shape != [channels])
            throw new ArgumentException($"GroupNorm over {channels} channels takes gamma and beta of shape [{channels}], not {gamma.Shape} and {beta.Shape}.", nameof(gamma));

        var shape = new GroupNormShape(batch, batch == 0 || channels == 0 ? 0 : x.Shape.Length / (batch * channels), channels, groups);
        var on = Recorder<T>.For(x, gamma, beta);
        var y = on.New(x.Shape);
        Tensor<T>? mean = on.Records ? on.New([batch, groups]) : null, rstd = on.Records ? on.New([batch, groups]) : null;
        Tensors.Kernels.GroupNorm.Forward<T>(
            shape, T.CreateChecked(epsilon), silu, x.Value.Span, gamma.Value.Span, beta.Value.Span, y.Span,
            mean is null ? default : mean.Span, rstd is null ? default : rstd.Span);
        return on.Result(y, on.Records ? new GroupNormOperation<T>(shape, T.CreateChecked(epsilon), silu, x, gamma, beta, mean!, rstd!) : null);
    }
}

/// <summary>y = h·gamma + beta with h = (x - mean)·rstd, or SiLU of that. Keeps x, mean and rstd; h is made again.</summary>
internal sealed class GroupNormOperation<T>(
    GroupNormShape shape, T epsilon, bool silu, Variable<T> x, Variable<T> gamma, Variable<T> beta, Tensor<T> mean, Tensor<T> rstd) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, gamma, beta];

    public override string Name => silu ? "GroupNorm + SiLU" : "GroupNorm";

    // With q = dz·gamma: dx += (q - mean(q) - h·mean(q·h))·rstd, dgamma += Σ dz·h, dbeta += Σ dz (docs/derivations/group-norm.md)
    public override void Backward(Tensor<T> dOut)
    {
        // What nobody wants goes to memory that nobody reads.
        bool addX = false, addGamma = false, addBeta = false;
        var dx = x.RequiresGradient ? x.GradientToWrite(out addX) : dOut.Clone();
        var dGamma = gamma.RequiresGradient ? gamma.GradientToWrite(out addGamma) : Tensor<T>.Uninitialized(gamma.Shape);
        var dBeta = beta.RequiresGradient ? beta.GradientToWrite(out addBeta) : Tensor<T>.Uninitialized(beta.Shape);
        if (addGamma != addBeta)
        {
            (addGamma ? dBeta : dGamma).Span.Clear();
            addGamma = true;
        }

        Tensors.Kernels.GroupNorm.Backward<T>(
            shape, epsilon, silu, x.Value.Span, gamma.Value.Span, beta.Value.Span, mean.Span, rstd.Span, dOut.Span, dx.Span, addX, dGamma.Span, dBeta.Span, addGamma);
    }
}

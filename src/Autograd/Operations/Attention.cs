using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Multi-head self-attention (arXiv:1706.03762) over qkv [N, ..., 3·C], queries, keys and values side by side, all inner
    /// dimensions being positions: softmax(Q·K'/√d)·V for each head of d = C/heads channels. The result is [N, ..., C].
    /// </summary>
    /// <exception cref="ArgumentException">Channels that are not 3·C with C a multiple of the heads.</exception>
    public static Variable<T> SelfAttention<T>(this Variable<T> qkv, int heads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = CheckAttention(qkv.Shape, heads);
        var recorder = Recorder<T>.For(qkv);
        var y = recorder.New(qkv.Shape.With(^1, shape.Channels));
        var logSums = recorder.Records ? recorder.New(shape.Statistics) : null;
        Attention.Forward(shape, qkv.Data.Span, y.Span, logSums is null ? default : logSums.Span);
        return recorder.Result(y, recorder.Records ? new SelfAttentionOperation<T>(shape, qkv, logSums!) : null);
    }

    /// <summary>
    /// Linear self-attention (arXiv:1812.01243) over qkv [N, ..., 3·C]: softmax of Q over channels, of K over positions, and
    /// Q·(K'·V)/√d for each head. The result is [N, ..., C].
    /// </summary>
    /// <exception cref="ArgumentException">Channels that are not 3·C with C a multiple of the heads.</exception>
    public static Variable<T> LinearAttention<T>(this Variable<T> qkv, int heads)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = CheckAttention(qkv.Shape, heads);
        var recorder = Recorder<T>.For(qkv);
        var y = recorder.New(qkv.Shape.With(^1, shape.Channels));
        Tensors.Kernels.LinearAttention.Forward<T>(shape, qkv.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new LinearAttentionOperation<T>(shape, qkv) : null);
    }

    /// <summary>
    /// Attention of queries [..., L, D] to keys [..., S, D] and values [..., S, V] (arXiv:1706.03762, eq. 1):
    /// softmax(Q·K'·scale + mask)·V, [..., L, V]; outer dimensions, such as samples and heads, broadcast.
    /// </summary>
    /// <param name="query">What asks.</param>
    /// <param name="key">What is compared with it: of the same sequence, or of another one (cross attention).</param>
    /// <param name="value">What is averaged.</param>
    /// <param name="mask">Added to the comparisons, broadcast to [..., L, S]: 0 where a position is seen, -∞ where it is not. A query that sees nothing gets NaN.</param>
    /// <param name="scale">By default 1/√D.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Variable<T> ScaledDotProductAttention<T>(
        this Variable<T> query, Variable<T> key, Variable<T> value, Variable<T>? mask = null, double? scale = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (query.Shape.Rank < 2 || key.Shape.Rank < 2 || value.Shape.Rank < 2 || query.Shape[^1] != key.Shape[^1] || key.Shape[^2] != value.Shape[^2])
        {
            throw new ArgumentException(
                $"Attention takes queries [..., L, D], keys [..., S, D] and values [..., S, V], not {query.Shape}, {key.Shape} and {value.Shape}.", nameof(key));
        }

        var scores = Scale(query.MatMul(key, transposeB: true), T.CreateChecked(scale ?? 1 / Math.Sqrt(Math.Max(1, query.Shape[^1]))));
        return (mask is null ? scores : scores + mask).Softmax().MatMul(value);
    }

    private static AttentionShape CheckAttention(Shape qkv, int heads)
    {
        if (qkv.Rank < 3 || qkv[^1] % 3 != 0)
            throw new ArgumentException($"Attention takes queries, keys and values side by side, [N, ..., 3·C], not {qkv}.", nameof(qkv));
        return new AttentionShape(qkv[0], qkv.Count(1..^1), qkv[^1] / 3, heads);
    }
}

/// <summary>O = softmax(Q·K'/√d)·V. Keeps qkv and the logarithm of each row's sum; the attention matrix is made again.</summary>
internal sealed class SelfAttentionOperation<T>(AttentionShape shape, Variable<T> qkv, Tensor<T> logSums) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [qkv];

    public override OperationDescription Describe() => new("SelfAttention", ("heads", shape.Heads));

    // dV = P'·dO; dS = P·(dO·V' - Σ); dQ = dS·K/√d; dK = dS'·Q/√d
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(qkv, out var dQkv, out bool accumulate))
            Attention.Backward<T>(shape, qkv.Data.Span, logSums.Span, dOut.Span, dQkv.Span, accumulate);
    }
}

/// <summary>O = q·(k'·V)/√d with softmaxes q and k. Keeps qkv; q, k and their product are made again.</summary>
internal sealed class LinearAttentionOperation<T>(AttentionShape shape, Variable<T> qkv) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [qkv];

    public override OperationDescription Describe() => new("LinearAttention", ("heads", shape.Heads));

    // With c = k'·V: dq = dO·c'/√d; dc = q'·dO/√d; dk = V·dc'; dV = k·dc; then both softmaxes
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(qkv, out var dQkv, out bool accumulate))
            Tensors.Kernels.LinearAttention.Backward<T>(shape, qkv.Data.Span, dOut.Span, dQkv.Span, accumulate);
    }
}

using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Reference;

/// <summary>Self-attention over [N, S, 3·C], queries, keys and values side by side, as the papers write it.</summary>
public static class Attention
{
    /// <summary>out[n, i, h] = Σ_j P[i, j]·V[j] with P[i, :] = softmax over j of Q[i]·K[j]/√d, for each head h of d channels (arXiv:1706.03762, eq. 1).</summary>
    public static void Softmax<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int positions = shape.Positions, d = shape.HeadChannels;
        T[] scores = new T[positions];
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                for (int i = 0; i < positions; i++)
                {
                    for (int j = 0; j < positions; j++)
                    {
                        scores[j] = T.Zero;
                        for (int c = 0; c < d; c++)
                            scores[j] += Query(shape, qkv, n, i, head, c) * Key(shape, qkv, n, j, head, c);
                        scores[j] /= T.Sqrt(T.CreateChecked(d));
                    }

                    Reference.Softmax.Forward<T>(1, positions, logarithm: false, scores.AsSpan().ToArray(), scores);
                    for (int c = 0; c < d; c++)
                    {
                        T sum = T.Zero;
                        for (int j = 0; j < positions; j++)
                            sum += scores[j] * Value(shape, qkv, n, j, head, c);
                        output[(((n * positions) + i) * shape.Channels) + (head * d) + c] = sum;
                    }
                }
            }
        }
    }

    /// <summary>out[n, i, h] = q[i]·(Σ_j k[j]'·V[j])/√d, where q is the softmax of Q over the channels of a head and k that of K over the positions (arXiv:1812.01243).</summary>
    public static void Linear<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int positions = shape.Positions, d = shape.HeadChannels;
        T[] q = new T[d], column = new T[positions], context = new T[d * d];
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int head = 0; head < shape.Heads; head++)
            {
                for (int a = 0; a < d; a++)
                {
                    for (int j = 0; j < positions; j++)
                        column[j] = Key(shape, qkv, n, j, head, a);
                    Reference.Softmax.Forward<T>(1, positions, logarithm: false, column.AsSpan().ToArray(), column);
                    for (int b = 0; b < d; b++)
                    {
                        context[(a * d) + b] = T.Zero;
                        for (int j = 0; j < positions; j++)
                            context[(a * d) + b] += column[j] * Value(shape, qkv, n, j, head, b);
                    }
                }

                for (int i = 0; i < positions; i++)
                {
                    for (int a = 0; a < d; a++)
                        q[a] = Query(shape, qkv, n, i, head, a);
                    Reference.Softmax.Forward<T>(1, d, logarithm: false, q.AsSpan().ToArray(), q);
                    for (int b = 0; b < d; b++)
                    {
                        T sum = T.Zero;
                        for (int a = 0; a < d; a++)
                            sum += q[a] * context[(a * d) + b];
                        output[(((n * positions) + i) * shape.Channels) + (head * d) + b] = sum / T.Sqrt(T.CreateChecked(d));
                    }
                }
            }
        }
    }

    private static T Query<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, int n, int i, int head, int c)
        where T : unmanaged, IFloatingPointIeee754<T> => At(shape, qkv, n, i, (head * shape.HeadChannels) + c);

    private static T Key<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, int n, int i, int head, int c)
        where T : unmanaged, IFloatingPointIeee754<T> => At(shape, qkv, n, i, shape.Channels + (head * shape.HeadChannels) + c);

    private static T Value<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, int n, int i, int head, int c)
        where T : unmanaged, IFloatingPointIeee754<T> => At(shape, qkv, n, i, (2 * shape.Channels) + (head * shape.HeadChannels) + c);

    private static T At<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, int n, int i, int channel)
        where T : unmanaged, IFloatingPointIeee754<T> => qkv[(((n * shape.Positions) + i) * 3 * shape.Channels) + channel];
}

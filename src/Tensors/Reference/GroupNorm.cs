using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// Group normalisation (Wu and He, arXiv:1803.08494) of [N, S, C] with C channels in G groups, step by step, optionally
/// with SiLU behind it.
/// </summary>
public static class GroupNorm
{
    /// <summary>
    /// Over each sample's group: mean and biased variance; h = (x - mean)·rstd with rstd = 1/√(var + epsilon);
    /// z = h·gamma + beta; y = z or SiLU(z). mean and rstd are [N, G].
    /// </summary>
    public static void Forward<T>(
        int batch, int positions, int channels, int groups, T epsilon, bool silu,
        ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int perGroup = channels / groups;
        T size = T.CreateChecked(positions * perGroup);
        for (int n = 0; n < batch; n++)
        {
            for (int g = 0; g < groups; g++)
            {
                T sum = T.Zero;
                for (int s = 0; s < positions; s++)
                {
                    for (int c = g * perGroup; c < (g + 1) * perGroup; c++)
                        sum += x[(((n * positions) + s) * channels) + c];
                }

                T middle = sum / size, squares = T.Zero;
                for (int s = 0; s < positions; s++)
                {
                    for (int c = g * perGroup; c < (g + 1) * perGroup; c++)
                    {
                        T d = x[(((n * positions) + s) * channels) + c] - middle;
                        squares += d * d;
                    }
                }

                T scale = T.One / T.Sqrt((squares / size) + epsilon);
                for (int s = 0; s < positions; s++)
                {
                    for (int c = g * perGroup; c < (g + 1) * perGroup; c++)
                    {
                        int at = (((n * positions) + s) * channels) + c;
                        T z = ((x[at] - middle) * scale * gamma[c]) + beta[c];
                        y[at] = silu ? Activations.Silu(z) : z;
                    }
                }

                mean[(n * groups) + g] = middle;
                rstd[(n * groups) + g] = scale;
            }
        }
    }

    /// <summary>
    /// With dz = dy or dy·SiLU'(z), and q = dz·gamma: dx = (q - mean(q) - h·mean(q·h))·rstd with means over the group,
    /// dgamma = Σ dz·h, dbeta = Σ dz over samples and positions. Each is overwritten, or added to.
    /// </summary>
    public static void Backward<T>(
        int batch, int positions, int channels, int groups, bool silu,
        ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, bool accumulateX, Span<T> dgamma, Span<T> dbeta, bool accumulateParameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int perGroup = channels / groups;
        T size = T.CreateChecked(positions * perGroup);
        if (!accumulateX)
            dx.Clear();
        if (!accumulateParameters)
        {
            dgamma.Clear();
            dbeta.Clear();
        }

        for (int n = 0; n < batch; n++)
        {
            for (int g = 0; g < groups; g++)
            {
                T middle = mean[(n * groups) + g], scale = rstd[(n * groups) + g];
                T sumQ = T.Zero, sumQH = T.Zero;
                for (int s = 0; s < positions; s++)
                {
                    for (int c = g * perGroup; c < (g + 1) * perGroup; c++)
                    {
                        int at = (((n * positions) + s) * channels) + c;
                        T h = (x[at] - middle) * scale;
                        T dz = silu ? dy[at] * Activations.SiluDerivative((h * gamma[c]) + beta[c]) : dy[at];
                        dgamma[c] += dz * h;
                        dbeta[c] += dz;
                        sumQ += dz * gamma[c];
                        sumQH += dz * gamma[c] * h;
                    }
                }

                for (int s = 0; s < positions; s++)
                {
                    for (int c = g * perGroup; c < (g + 1) * perGroup; c++)
                    {
                        int at = (((n * positions) + s) * channels) + c;
                        T h = (x[at] - middle) * scale;
                        T dz = silu ? dy[at] * Activations.SiluDerivative((h * gamma[c]) + beta[c]) : dy[at];
                        dx[at] += ((dz * gamma[c]) - (sumQ / size) - (h * sumQH / size)) * scale;
                    }
                }
            }
        }
    }
}

using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// DEIS tAB-r (arXiv:2204.13902, eqs. 14 and 15): the noise predictions of the last r + 1 steps are interpolated by a polynomial in t,
/// which is integrated exactly: x_s = g_s/g_t x_t + sum_j C_j eps_j, C_j = g_s ∫ L_j(t(rho)) d rho from rho_t to rho_s, rho = S/g.
/// tAB-0 is DDIM. The first steps use what there is: r = 0, 1, 2, ... One evaluation per step; order r + 1.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class DeisSampler<T> : GridSampler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The largest r.</summary>
    public const int MaxOrder = 3;

    /// <summary>Makes the sampler.</summary>
    /// <param name="order">r, the degree of the polynomial: 0 to 3.</param>
    /// <param name="settings">The settings; by default T steps, quadratic spacing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The order is not accepted.</exception>
    public DeisSampler(int order = MaxOrder, SamplerSettings? settings = null)
        : base(settings ?? new SamplerSettings()) => Order = order is >= 0 and <= MaxOrder ? order
            : throw new ArgumentOutOfRangeException(nameof(order), order, $"The order of DEIS is {order}; accepted is 0 to {MaxOrder}.");

    /// <summary>r, the degree of the polynomial.</summary>
    public int Order { get; }

    /// <inheritdoc/>
    public override string Name => $"deis{Order}";

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.Quadratic;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override int History => Order + 1;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        Span<double> times = stackalloc double[run.Known], c = stackalloc double[run.Known];
        for (int j = 0; j < times.Length; j++)
            times[j] = run.PastLevel(j).Time;
        DeisCoefficients.Of(run.Schedule, from, to, times, c);

        double ofX = to.G / from.G;
        for (int j = 0; j < c.Length; j += 2)
        {
            if (j + 1 < c.Length)
                run.Move(ofX, c[j], run.Past(j).Noise, c[j + 1], run.Past(j + 1).Noise);
            else
                run.Move(ofX, c[j], run.Past(j).Noise);
            ofX = 1;
        }
    }
}

/// <summary>The integrals of DEIS.</summary>
internal static class DeisCoefficients
{
    // Where A is smooth, t(rho) is too, and 12 points on a factor of two in rho leave only rounding.
    private static readonly (double Node, double Weight)[] Rule = GaussLegendre.Rule(12);

    /// <summary>C_j = g_s ∫ L_j(t(rho)) d rho from rho_t to rho_s, with L_j the Lagrange polynomials of the times.</summary>
    public static void Of(NoiseSchedule schedule, NoiseLevel from, NoiseLevel to, ReadOnlySpan<double> times, Span<double> c)
    {
        if (times.Length == 1)
        {
            c[0] = to.G * (to.Rho - from.Rho);
            return;
        }

        c.Clear();

        // Pieces end at integers, where a schedule may have kinks, and span a factor of two at most.
        double end = Math.Min(from.Time, to.Time), sign = from.Time > to.Time ? 1 : -1;
        for (double high = Math.Max(from.Time, to.Time); high > end;)
        {
            double low = Math.Max(end, Math.Ceiling(high) - 1), rhoHigh = schedule.At(high).Rho, rhoLow = schedule.At(low).Rho;
            for (double a = rhoHigh; a > rhoLow;)
            {
                double b = low == 0 && a < 1e-3 * rhoHigh ? rhoLow : Math.Max(rhoLow, a / 2);
                AddPiece(schedule, a, b, times, c);
                a = b;
            }

            high = low;
        }

        foreach (ref double coefficient in c)
            coefficient *= sign * to.G;
    }

    private static void AddPiece(NoiseSchedule schedule, double from, double to, ReadOnlySpan<double> times, Span<double> c)
    {
        double half = (to - from) / 2, middle = (to + from) / 2;
        foreach (var (node, weight) in Rule)
        {
            double t = schedule.TimeOfLambda(-Math.Log(middle + (half * node)));
            for (int j = 0; j < c.Length; j++)
            {
                double basis = 1;
                for (int k = 0; k < c.Length; k++)
                    basis *= k == j ? 1 : (t - times[k]) / (times[j] - times[k]);
                c[j] += half * weight * basis;
            }
        }
    }
}

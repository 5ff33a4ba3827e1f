using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Core;

/// <summary>One schedule of each kind, for what must hold on all of them.</summary>
internal static class TestSchedules
{
    public static readonly NoiseSchedule[] All =
    [
        NoiseSchedule.Cosine(50),
        NoiseSchedule.Linear(40),
        NoiseSchedule.Sigmoid(30),
        NoiseSchedule.FromAlphasCumprod(NoiseSchedule.Linear(20).AlphasCumprod[1..]),
        NoiseSchedule.Cosine(50).WithZeroTerminalSnr(),
        NoiseSchedule.VarianceExploding(18),
        NoiseSchedule.Straight(20),

        // Neither sum nor sum of squares is kept; S/g = t/8·exp(t/10).
        NoiseSchedule.FromFunctions(10, t => Math.Exp(-t / 10), t => t / 8),
    ];

    /// <summary>Times of every kind: the ends, whole ones and others, near the data too.</summary>
    public static IEnumerable<double> TimesOf(NoiseSchedule schedule) =>
        Enumerable.Range(0, 41).Select(i => schedule.T * i / 40.0).Concat([1e-6, .01, 1, schedule.T - 1e-3]);

    public static Tensor<double> Normal(Shape shape, int draw) => new RandomSource(77).For(Purpose.Metrics).At(draw).Normal<double>(shape);
}

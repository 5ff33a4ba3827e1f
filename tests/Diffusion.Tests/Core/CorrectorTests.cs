using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>The corrector of predictor-corrector sampling moves by the step of the level that was reached.</summary>
public sealed class CorrectorTests
{
    private static IEnumerable<NoiseSchedule> Schedules() => [NoiseSchedule.Cosine(50), NoiseSchedule.Cosine(50).WithZeroTerminalSnr(), NoiseSchedule.Linear(1000)];

    // Taken from the step that was left, alpha is 0.00001, 0 and 0.03 here: the corrector stood still, or went half as far.
    [TestCaseSource(nameof(Schedules))]
    public void It_moves_after_the_first_of_few_steps(NoiseSchedule schedule)
    {
        const int Samples = 20_000, Steps = 5;
        var mixture = GaussianMixture.TwoPixel;
        var denoiser = new ExactDenoiser<double>(mixture, schedule);
        var random = new RandomSource(4);
        var start = Start.Draw<double>(random, [Samples, 2, 1]);
        var moves = new LangevinMoves { Count = 1, Size = 0.1 };
        var corrected = new PredictorCorrectorSampler<double>(new SamplerSettings { Steps = Steps }) { Moves = moves }.Begin(denoiser, schedule, start, default, random);
        var predicted = new DdpmSampler<double>(new SamplerSettings { Steps = Steps }) { Variance = ReverseVariance.Upper }.Begin(denoiser, schedule, start, default, random);
        _ = corrected.Step();
        _ = predicted.Step();

        // x += -e·eps/S + √(2e)·z with e = alpha·size/2·S².
        var (level, next) = (corrected.Levels[1], corrected.Levels[2]);
        double e = level.A / next.A * moves.Size / 2 * level.B;
        double towards = denoiser.Predict(predicted.X, [level.Time]).Noise.Span.ToArray().Average(eps => eps * eps) * e * e / level.B;
        double moved = corrected.X.Span.ToArray().Zip(predicted.X.Span.ToArray(), (a, b) => (a - b) * (a - b)).Average();
        Assert.That(moved, Is.EqualTo((2 * e) + towards).Within(3).Percent);
        Assert.That(moved, Is.GreaterThan(2 * corrected.Levels[0].A / level.A * moves.Size * level.B), "as far as the alpha of the step that was left would take it");
    }
}

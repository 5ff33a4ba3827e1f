using System.Numerics;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>
/// Predictor-corrector sampling (score SDE, arXiv:2011.13456, algorithms 1, 3 and 5, variance preserving): an ancestral step of
/// upper variance, then Langevin moves x += e score + sqrt(2e) z at the new level, e = 2 alpha (r |z| / |score|)². The paper takes
/// means over the batch for the norms; here they are expectations, |z|² = d and |score|² = d/S² (that of noise on a single point), so
/// that samples do not depend on each other: e = 2 alpha r² S², and 4 r² is <see cref="LangevinMoves.Size"/>.
/// No corrector at t = 0. One evaluation per step, and one per move.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T steps, uniform spacing, one move each.</param>
public sealed class PredictorCorrectorSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The moves of the corrector at each noise level.</summary>
    public LangevinMoves Moves { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "pc";

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => true;

    /// <inheritdoc/>
    protected override int EvaluationsOf(double to) => to > 0 ? 1 + Moves.Count : 1;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        var step = run.Schedule.PosteriorOf(from.Time, to.Time);

        // The mean from eps, or where x is pure noise, of which eps says nothing of the data, from x_0.
        double root = Math.Sqrt(step.Alpha);
        bool byX0 = from.G == 0;
        var (ofX, ofOther) = byX0 ? (step.MeanCoefXt, step.MeanCoefX0) : (1 / root, -step.Beta / (from.S * root));
        var other = byX0 ? run.Past().X0 : run.Past().Noise;
        if (to.S == 0)
        {
            run.Move(ofX, ofOther, other);
            return;
        }

        run.Move(ofX, ofOther, other, Math.Sqrt(step.Beta), run.Normal(from.Time));
        // alpha_i is that of the level reached: by how much the signal falls from the level that comes after it (in the paper i - 1) to it.
        double alpha = i + 2 < run.Levels.Count ? run.Schedule.PosteriorOf(to.Time, run.Levels[i + 2].Time).Alpha : 1;
        double e = alpha * Moves.Size / 2 * to.S * to.S;
        for (int move = 0; move < Moves.Count; move++)
            LangevinSampler<T>.Move(run, to, e, run.Evaluate(run.X, to).Noise, draw: move + 1);
    }
}

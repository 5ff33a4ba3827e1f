using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>
/// Annealed Langevin dynamics (arXiv:1907.05600, algorithm 1): at each noise level some moves
/// x += a/2 score + sqrt(a) z with a in proportion to the noise variance, a = e S², score = -eps/S; then on to the next level at
/// the same x/g. As in the paper the result keeps the noise of the last level before 0.
/// Needs many levels and moves; it is here because score-based models began with it.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings; by default T levels, log-SNR spacing, one move of e = 0.1 each.</param>
public sealed class LangevinSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The moves at each noise level.</summary>
    public LangevinMoves Moves { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "langevin";

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => true;

    /// <inheritdoc/>
    protected override StepSpacing DefaultSpacing => StepSpacing.LogSnr;

    /// <inheritdoc/>
    protected override bool CapsStart => true;

    /// <inheritdoc/>
    protected override int EvaluationsOf(double to) => Moves.Count;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        double a = Moves.Size * from.S * from.S;
        for (int move = 0; move < Moves.Count; move++)
        {
            var noise = move == 0 ? run.Past().Noise : run.Evaluate(run.X, from).Noise;
            Move(run, from, a / 2, noise, move);
        }

        run.Scale(to.G / from.G);
    }

    /// <summary>One Langevin move at a level: x += step score + sqrt(2 step) z.</summary>
    internal static void Move(SamplingRun<T> run, NoiseLevel level, double step, Tensor<T> noise, int draw) =>
        run.Move(1, -step / level.S, noise, Math.Sqrt(2 * step), run.Normal(level.Time, draw));
}

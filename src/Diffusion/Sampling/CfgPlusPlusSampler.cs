using System.Numerics;
using Diffusion.Numerics;

namespace Diffusion.Sampling;

/// <summary>
/// CFG++ (arXiv:2406.08070): DDIM's step whose x_0 is guided and whose noise is the unconditional one,
/// x_s = g_s (x_0u + lambda (x_0c - x_0u)) + S_s eps_u, with predictions with the condition (c) and without (u). lambda = 0 is DDIM without the
/// condition, and so is every lambda where nothing is asked for. Two evaluations per step.
/// </summary>
/// <remarks>
/// A step moves as one of DDIM under classifier-free guidance with the scale w + 1 = lambda·rho/(rho - rho_s), rho = S/g: as steps become many, that
/// grows without bound. So lambda belongs to a number of steps, and there is no limit of a fine solver. It is a sampler and no denoiser, since solvers that
/// take x_0 or the noise alone would not do what is meant. The denoiser that it is given is not guided.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="lambda">lambda, in [0, 1].</param>
/// <param name="settings">The settings; by default T steps.</param>
/// <exception cref="ArgumentOutOfRangeException">lambda is not in [0, 1].</exception>
public sealed class CfgPlusPlusSampler<T>(double lambda, SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>lambda, how far from the unconditional x_0 to the conditional one.</summary>
    public double Lambda { get; } = Accepted.Between(lambda, 0, 1, nameof(lambda));

    /// <inheritdoc/>
    public override string Name => "cfg++";

    /// <inheritdoc/>
    protected override int EvaluationsOf(double to) => 2;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        var to = run.Levels[i + 1];
        var (conditional, unconditional) = (run.Past(), run.Evaluate(run.X, run.Levels[i], default(Condition<T>)));
        run.Set(to.G * Lambda, conditional.X0, to.G * (1 - Lambda), unconditional.X0);
        run.Move(1, to.S, unconditional.Noise);
    }
}

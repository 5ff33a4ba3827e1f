using System.Numerics;

namespace Diffusion.Objectives;

/// <summary>
/// Flow matching on the straight line, which is rectified flow (arXiv:2210.02747, eq. 23; arXiv:2209.03003, eq. 1): at real times drawn
/// uniformly, the network is asked for the velocity eps - x_0. It is made for <see cref="Schedules.StraightSchedule"/>.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class FlowMatchingObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An objective.</summary>
    public FlowMatchingObjective()
        : base(Parameterisation.Flow) => Times = TimeSampling.Continuous;

    /// <inheritdoc/>
    public override string Name => "flow-matching";

    /// <inheritdoc/>
    public override string Settings => new ObjectiveSettings { Times = Times, Loss = Loss }.ToJson();
}

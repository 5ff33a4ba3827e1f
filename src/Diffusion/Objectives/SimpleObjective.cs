using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Objectives;

/// <summary>The loss between the prediction and its target (for noise, assignment eq. 9).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LossKind>))]
public enum LossKind
{
    /// <summary>Mean squared error: its minimum is the conditional mean E[eps | x_t], so the network learns a score.</summary>
    L2 = 0,

    /// <summary>Mean absolute error: its minimum is a median, not a score.</summary>
    L1,

    /// <summary>Huber's loss with delta 1.</summary>
    Huber,
}

/// <summary>DDPM's L_simple (arXiv:2006.11239, eq. 14) for any quantity: the network is asked for it at times drawn uniformly, and errors weigh alike at all of them.</summary>
/// <remarks>One class for the noise, x_0 and v, since they differ in the quantity alone.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public class SimpleObjective<T> : IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An objective.</summary>
    /// <param name="parameterisation">What the network is asked; null for the noise.</param>
    public SimpleObjective(Parameterisation? parameterisation = null) => Parameterisation = parameterisation ?? Parameterisation.Epsilon;

    /// <inheritdoc/>
    public virtual string Name => "simple";

    /// <inheritdoc/>
    public virtual string Settings => new ObjectiveSettings { Parameterisation = Parameterisation, Times = Times, Loss = Loss }.ToJson();

    /// <inheritdoc/>
    public Parameterisation Parameterisation { get; }

    /// <summary>Whether whole steps or real times are drawn.</summary>
    public TimeSampling Times { get; init => field = Accepted.Defined(value); }

    /// <inheritdoc/>
    public virtual bool DrawsWholeTimes => Times == TimeSampling.Discrete;

    /// <summary>The loss.</summary>
    public LossKind Loss { get; init => field = Accepted.Defined(value); }

    /// <inheritdoc/>
    public virtual void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
    }

    /// <inheritdoc/>
    public virtual void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times) => Times.Draw(schedule, stream, times);

    /// <inheritdoc/>
    Variable<T> IObjective<T>.Loss(TrainingBatch<T> batch) => LossOf(batch);

    /// <summary>The loss of a batch.</summary>
    protected virtual Variable<T> LossOf(TrainingBatch<T> batch) => LossOf(batch.Predict(Parameterisation), batch.Target(Parameterisation));

    /// <summary>The error of a prediction.</summary>
    protected Variable<T> LossOf(Variable<T> predicted, Tensor<T> target) => Loss switch
    {
        LossKind.L1 => Autograd.Loss.MeanAbsolute(predicted, target),
        LossKind.Huber => Autograd.Loss.Huber(predicted, target),
        _ => Autograd.Loss.MeanSquared(predicted, target),
    };
}

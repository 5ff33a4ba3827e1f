using System.Numerics;

namespace Diffusion.Nn;

/// <summary>Parameters of an optimiser that have a learning rate or a weight decay of their own.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="parameters">The parameters; one that is given twice is taken once.</param>
/// <param name="learningRate">Their learning rate; null for the optimiser's.</param>
/// <param name="weightDecay">Their weight decay; null for the optimiser's.</param>
public sealed class ParameterGroup<T>(IEnumerable<Parameter<T>> parameters, double? learningRate = null, double? weightDecay = null)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The parameters, each once.</summary>
    public IReadOnlyList<Parameter<T>> Parameters { get; } = [.. parameters.Distinct()];

    /// <summary>
    /// The learning rate of the next step; null for that of the optimiser. A rate that is set here stays as it is, whatever a
    /// schedule does to the optimiser's: a group that is to follow the schedule leaves it null and sets <see cref="LearningRateFactor"/>.
    /// </summary>
    public double? LearningRate { get; set; } = learningRate;

    /// <summary>What the learning rate is multiplied by: 0.1 trains a tenth as fast as the rest, all along a schedule.</summary>
    public double LearningRateFactor { get; set; } = 1;

    /// <summary>The weight decay; null for that of the optimiser.</summary>
    public double? WeightDecay { get; set; } = weightDecay;
}

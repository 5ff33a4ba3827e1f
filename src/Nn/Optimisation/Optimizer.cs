using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Changes parameters by their gradients. A step uses the gradients up: the next backward pass begins anew.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] _parameters;

    /// <summary>Makes an optimiser of some parameters.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    protected Optimizer(IEnumerable<Parameter<T>> parameters)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter.", nameof(parameters));
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _parameters;

    /// <summary>The learning rate of the next step.</summary>
    public required double LearningRate { get; set; }

    /// <summary>The number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>What a resumed run needs besides the number of steps: for each parameter some tensors of its shape, by kind.</summary>
    public abstract IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State { get; }

    /// <summary>Takes a step with the gradients that the parameters have.</summary>
    /// <exception cref="InvalidOperationException">A parameter has no gradient: the message says which.</exception>
    public void Step()
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].Gradient is null)
                throw new InvalidOperationException($"Parameter {i} {_parameters[i].Name} of shape {_parameters[i].Shape} has no gradient: the loss does not depend on it, or no backward pass was made.");
        }

        Steps++;
        Update();
        foreach (var parameter in _parameters)
            parameter.ClearGradient();
    }

    /// <summary>Continues where another run of this optimiser stopped, after its <see cref="State"/> was copied back.</summary>
    public void Resume(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        Steps = steps;
    }

    /// <summary>Changes the parameters; <see cref="Steps"/> counts this step already.</summary>
    protected abstract void Update();

    /// <summary>Zeros in the shape of each parameter.</summary>
    protected static Tensor<T>[] ZerosLike(IReadOnlyList<Parameter<T>> parameters) =>
        [.. parameters.Select(parameter => Tensor<T>.Zeros(parameter.Shape))];
}

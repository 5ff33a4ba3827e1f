using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>
/// Changes parameters by their gradients. Gradients of several backward passes add up until a step, which uses them up: the
/// next backward pass begins anew. Parameters that have no gradient, and frozen ones, are left as they are.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T>[] _parameters;
    private readonly ParameterGroup<T>[] _groupOf;
    private readonly long[] _steps;
    private readonly int[] _trained;

    /// <summary>Makes an optimiser of some parameters; one that is given twice, such as a shared weight, is taken once.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    protected Optimizer(IEnumerable<Parameter<T>> parameters)
        : this([new ParameterGroup<T>(parameters)])
    {
    }

    /// <summary>Makes an optimiser of groups of parameters.</summary>
    /// <exception cref="ArgumentException">There are no parameters, or one is in two groups.</exception>
    protected Optimizer(IEnumerable<ParameterGroup<T>> groups)
    {
        Groups = [.. groups];
        _parameters = [.. Groups.SelectMany(group => group.Parameters)];
        _groupOf = [.. Groups.SelectMany(group => group.Parameters.Select(_ => group))];
        if (_parameters.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter.", nameof(groups));
        var seen = new HashSet<Parameter<T>>();
        if (_parameters.FirstOrDefault(parameter => !seen.Add(parameter)) is { } twice)
            throw new ArgumentException($"Parameter {Array.IndexOf(_parameters, twice)} {twice.Name} of shape {twice.Shape} is in two groups; which rate is it to have?", nameof(groups));
        (_steps, _trained) = (new long[_parameters.Length], new int[_parameters.Length]);
    }

    /// <summary>The parameters of all groups, each once.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => _parameters;

    /// <summary>The groups; one of all parameters where none were given.</summary>
    public IReadOnlyList<ParameterGroup<T>> Groups { get; }

    /// <summary>The learning rate of the next step, for all groups that have none of their own. A <see cref="LearningRateSchedule"/> sets it before each step.</summary>
    public required double LearningRate { get; set; }

    /// <summary>λ, for all groups that have none of their own; what it does is the optimiser's.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The number of steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The steps that each parameter took part in: fewer than <see cref="Steps"/> where it had no gradient or was frozen.</summary>
    public IReadOnlyList<long> ParameterSteps => _steps;

    /// <summary>What a resumed run needs besides the number of steps: for each parameter some tensors of its shape, by kind.</summary>
    public abstract IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State { get; }

    /// <summary>Takes a step with the gradients that the parameters have, and clears them.</summary>
    /// <exception cref="InvalidOperationException">No parameter has a gradient.</exception>
    public void Step()
    {
        int count = 0;
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i] is { RequiresGradient: true, Gradient: not null })
                _trained[count++] = i;
        }

        if (count == 0)
            throw new InvalidOperationException($"None of the {_parameters.Length} parameters has a gradient: no backward pass was made, the loss depends on none of them, or all are frozen.");
        var trained = _trained.AsSpan(0, count);
        Steps++;
        foreach (int i in trained)
            _steps[i]++;
        Update(trained);
        foreach (int i in trained)
            _parameters[i].Value.MarkWritten();
        foreach (var parameter in _parameters)
            parameter.ClearGradient();
    }

    /// <summary>Forgets all gradients, so that the next backward pass begins anew; <see cref="Step"/> does it by itself.</summary>
    public void ZeroGradients()
    {
        foreach (var parameter in _parameters)
            parameter.ClearGradient();
    }

    /// <summary>Continues where another run of this optimiser stopped, after its <see cref="State"/> was copied back.</summary>
    /// <param name="steps">The run's <see cref="Steps"/>.</param>
    /// <param name="parameterSteps">Its <see cref="ParameterSteps"/>; null where every parameter took part in every step.</param>
    /// <exception cref="ArgumentException">Another number of parameters, or a number of steps that cannot be.</exception>
    public void Resume(long steps, IReadOnlyList<long>? parameterSteps = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (parameterSteps is not null && (parameterSteps.Count != _steps.Length || parameterSteps.Any(taken => taken < 0 || taken > steps)))
            throw new ArgumentException($"The steps of the parameters are [{string.Join(", ", parameterSteps)}]; accepted are {_steps.Length} numbers from 0 to {steps}.", nameof(parameterSteps));
        Steps = steps;
        for (int i = 0; i < _steps.Length; i++)
            _steps[i] = parameterSteps?[i] ?? steps;
    }

    /// <summary>Changes the parameters; <see cref="Steps"/> and <see cref="ParameterSteps"/> count this step already.</summary>
    /// <param name="trained">Which of <see cref="Parameters"/> have a gradient and are not frozen, in order: at least one. The others stay as they are.</param>
    protected abstract void Update(ReadOnlySpan<int> trained);

    /// <summary>The group of a parameter.</summary>
    protected ParameterGroup<T> GroupOf(int parameter) => _groupOf[parameter];

    /// <summary>The learning rate of a group in this step.</summary>
    protected double LearningRateOf(ParameterGroup<T> group) => (group.LearningRate ?? LearningRate) * group.LearningRateFactor;

    /// <summary>The weight decay of a group.</summary>
    protected double WeightDecayOf(ParameterGroup<T> group) => group.WeightDecay ?? WeightDecay;

    /// <summary>Zeros in the shape of each parameter.</summary>
    protected static Tensor<T>[] ZerosLike(IReadOnlyList<Parameter<T>> parameters) =>
        [.. parameters.Select(parameter => Tensor<T>.Zeros(parameter.Shape))];
}

using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>What a step of training reports.</summary>
/// <param name="Step">The number of steps taken, this one included.</param>
/// <param name="Steps">The number of steps of the whole run.</param>
/// <param name="Loss">The loss of this step's batch.</param>
/// <param name="LearningRate">The learning rate of this step.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss, double LearningRate);

/// <summary>
/// The training loop: AdamW, a warm-up and cosine learning rate, clipping, and a moving average of the weights. Step k of a run depends on
/// the seed and on what steps 1 ... k - 1 left, and on nothing else: a run that was stopped and resumed ends with the same bytes.
/// What is trained, and on which loss, is the derived class's.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class TrainingLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly LearningRateSchedule _rates;
    private readonly FiniteCheck<T> _check;
    private readonly List<float> _losses = [];

    /// <summary>Prepares a run from its beginning.</summary>
    /// <param name="module">What is trained.</param>
    /// <param name="configuration">The settings.</param>
    protected TrainingLoop(Module<T> module, TrainingConfiguration configuration)
    {
        Configuration = configuration;
        Random = new RandomSource(configuration.Seed);
        _rates = LearningRateSchedule.WarmupCosine(
            configuration.LearningRate, Math.Min(configuration.Warmup, configuration.Iterations), configuration.Iterations);
        Optimizer = new AdamW<T>(module.Parameters) { LearningRate = configuration.LearningRate, WeightDecay = configuration.WeightDecay };
        Average = new ExponentialMovingAverage<T>(module, configuration.Ema);
        _check = new FiniteCheck<T>(module);
    }

    /// <summary>The settings.</summary>
    public TrainingConfiguration Configuration { get; }

    /// <summary>The optimiser.</summary>
    public AdamW<T> Optimizer { get; }

    /// <summary>The moving average of the weights, which is what samples.</summary>
    public ExponentialMovingAverage<T> Average { get; }

    /// <summary>The number of steps taken.</summary>
    public int StepsTaken => (int)Optimizer.Steps;

    /// <summary>Whether no step is left to take.</summary>
    public virtual bool IsDone => StepsTaken >= Configuration.Iterations;

    /// <summary>The loss of every step so far.</summary>
    public IReadOnlyList<float> Losses => _losses;

    /// <summary>The source of everything random in the run.</summary>
    protected RandomSource Random { get; }

    /// <summary>Takes the remaining steps.</summary>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Stops after the step that is under way; the state is that of a run that can be resumed.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loss or a gradient is not finite; the message names the step and the first place. The weights are as they were before that step.</exception>
    public void Run(Action<TrainingProgress>? onStep = null, CancellationToken cancellation = default)
    {
        while (!IsDone)
        {
            cancellation.ThrowIfCancellationRequested();
            var progress = Step();
            onStep?.Invoke(progress);
        }
    }

    /// <summary>Takes one step.</summary>
    /// <exception cref="InvalidOperationException">The loss or a gradient is not finite; the message names the step and the first place. The weights are as they were before that step.</exception>
    public TrainingProgress Step()
    {
        double value;
        using (var tape = Tape<T>.Start())
        {
            int step = StepsTaken;
            var loss = LossOf(tape, Random.At(step));
            Require(step, _check.Loss(loss));
            value = double.CreateChecked(loss.Value.Span[0]);
            tape.Backward(loss);
            Require(step, _check.Gradients(loss));
            if (Configuration.ClipGradients > 0)
                _ = GradientClipping.ByGlobalNorm(Optimizer.Parameters, Configuration.ClipGradients);
            Optimizer.LearningRate = _rates.At(step);
            Optimizer.Step();
            Average.Update();
            _losses.Add((float)value);
        }

        AfterStep();
        return new TrainingProgress(StepsTaken, Configuration.Iterations, value, Optimizer.LearningRate);
    }

    /// <summary>The loss of a step's batch, a scalar on its tape.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="random">The streams of the step.</param>
    protected abstract Variable<T> LossOf(Tape<T> tape, StepRandom random);

    /// <summary>What is done after a step, when its tape has ended.</summary>
    protected virtual void AfterStep()
    {
    }

    private void Require(int step, string? notFinite)
    {
        if (notFinite is not null)
            throw new InvalidOperationException($"Step {step + 1}: {notFinite}. If the data are finite, a smaller learning rate than {Configuration.LearningRate} may help.");
    }

    /// <summary>Continues where another run stopped: its weights, moments and averages have been copied into place.</summary>
    internal void Resume(int steps, IReadOnlyList<long>? parameterSteps, IEnumerable<float> losses)
    {
        Optimizer.Resume(steps, parameterSteps);
        Average.Resume(steps);
        _losses.Clear();
        _losses.AddRange(losses);
    }
}

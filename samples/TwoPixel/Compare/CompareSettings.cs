using Diffusion.Training;

namespace Diffusion.TwoPixel.Compare;

/// <summary>What the comparison trains and how much it measures.</summary>
/// <param name="Run">The study's configuration: seed, batch, width and the rest are its own.</param>
/// <param name="Points">The points of each distance.</param>
internal sealed record CompareSettings(RunConfiguration Run, int Points)
{
    /// <summary>T of the model that the study has, of the one on real times, and of the teacher.</summary>
    public const int DiscreteT = 50, ContinuousT = 1000, TeacherT = 64;

    /// <summary>The default of <see cref="Points"/>.</summary>
    public const int DefaultPoints = 20_000;

    /// <summary>The points whose likelihood is measured, unless fewer points were asked for.</summary>
    public int HeldOut => Math.Min(10_000, Points);

    /// <summary>The steps of the students, each half of the one before.</summary>
    public static IReadOnlyList<int> StudentSteps { get; } = [32, 16, 8, 4, 2, 1];

    /// <summary>The strengths of guidance that are compared.</summary>
    public static IReadOnlyList<double> Strengths { get; } = [0, 1, 4];

    /// <summary>Real times, half of them without a label: likelihood and solvers ask for no class.</summary>
    public TrainingConfiguration Continuous => Training(20_000) with { LabelDropout = 0.5 };

    /// <summary>Noise and variance together.</summary>
    public TrainingConfiguration Learned => Training(10_000);

    /// <summary>v, which is sound at both ends: what can be distilled.</summary>
    public TrainingConfiguration Teacher => Training(14_000) with { LabelDropout = 0.5 };

    /// <summary>Samples in a training step.</summary>
    public const int DefaultBatch = 512;

    /// <summary>A student begins as its teacher, so smaller steps are enough.</summary>
    public TrainingConfiguration Student => Training(3000) with { LabelDropout = 0.5, LearningRate = 0.3 * Run.LearningRate, Ema = 0.998 };

    /// <summary>The classifier of noisy pixels.</summary>
    public TrainingConfiguration Classifier => Training(4000) with { Ema = 0.998 };

    /// <summary>The schedule of the models with T steps.</summary>
    public NoiseSchedule ScheduleFor(int timesteps) => Run.ScheduleFor(timesteps);

    // The study's settings for that many steps, or for those that were asked for.
    private TrainingConfiguration Training(int iterations) => Run.TrainingFor(DiscreteT) with { Iterations = Run.Iterations ?? iterations, Batch = Run.Batch ?? DefaultBatch };
}

using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Compare;

/// <summary>One parameter of one way of guidance, all else being as it is: what is swept, and what samples with a value of it.</summary>
/// <param name="Name">The way of guidance.</param>
/// <param name="Parameter">What is swept.</param>
/// <param name="Values">Its values, in order.</param>
/// <param name="HasWeight">Whether the parameter takes the place of the weight that is asked for; if not, each asked weight has runs of its own.</param>
/// <param name="Nominal">The value that one would take who asks for a weight; null where another parameter of the method has it.</param>
/// <param name="Make">What samples, given the models, the asked weight and the value.</param>
internal sealed record GuidanceSweep(
    string Name, string Parameter, double[] Values, bool HasWeight, Func<double, double>? Nominal, Func<GuidanceModels, double, double, (ISampler<float> Sampler, IDenoiser<float> Denoiser)> Make);

/// <summary>The exact denoisers of a mixture and weaker ones.</summary>
internal sealed class GuidanceModels(GaussianMixture mixture, NoiseSchedule schedule)
{
    /// <summary>How much wider the classes are to the weak model that has seen them blurred.</summary>
    public const double Spread = 1.5;

    /// <summary>The share of the points of a class that are the other's to the weak model of wrong labels.</summary>
    public const double WrongLabels = 0.2;

    public NoiseSchedule Schedule => schedule;

    /// <summary>Conditional and unconditional.</summary>
    public ExactDenoiser<float> Exact { get; } = new(mixture, schedule);

    /// <summary>The exact one of wider classes.</summary>
    public IDenoiser<float> Blurred { get; } = new ExactDenoiser<float>(new([.. mixture.Components.Select(component => component with { Sigma = Spread * component.Sigma })]), schedule);

    /// <summary>The exact one of data whose labels are wrong at times.</summary>
    public IDenoiser<float> Mislabelled { get; } = new WrongLabelsDenoiser([.. Enumerable.Range(0, mixture.LabelCount).Select(label => new ExactDenoiser<float>(
        new([.. mixture.Components.Select((component, k) => component with { Weight = k == label ? 1 - WrongLabels : WrongLabels / (mixture.LabelCount - 1) })]), schedule))]);

    // One label for the whole batch.
    private sealed class WrongLabelsDenoiser(ExactDenoiser<float>[] ofLabel) : IDenoiser<float>
    {
        public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction) =>
            ofLabel[condition.LabelOf(0)].Predict(xt, t, default, prediction);
    }
}

/// <summary>The ways of guidance that are compared to the tilted distribution.</summary>
internal static class GuidanceMethods
{
    /// <summary>T of the schedule, and the steps of the solver.</summary>
    public const int T = 1000, Steps = 100;

    /// <summary>Names that the report speaks of.</summary>
    public const string Free = "CFG", Noisy = "CFG by DDPM", Interval = "CFG in an interval", Spread = "autoguidance, blurred", Labels = "autoguidance, wrong labels",
        PlusPlus = "CFG++", Projected = "APG", Langevin = "CFG and Langevin";

    /// <summary>lambda in [0, 1] does as scales w + 1 in [1, 12.5], say the authors of CFG++: so much lambda for each w.</summary>
    public const double LambdaPerWeight = 1 / 11.5;

    /// <summary>Solves the probability-flow ODE, one evaluation in a step.</summary>
    public static ISampler<float> Solver { get; } = new DpmSolverSampler<float>(settings: new() { Steps = Steps });

    /// <summary>All sweeps.</summary>
    public static IReadOnlyList<GuidanceSweep> Sweeps { get; } =
    [
        new(Free, "w", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3], true, w => w, (models, _, value) => (Solver, new ClassifierFreeGuidance<float>(models.Exact, value))),
        new(Noisy, "w", [0, 0.25, 0.5, 0.75, 1, 3], true, w => w, (models, _, value) => (new DdpmSampler<float>(), new ClassifierFreeGuidance<float>(models.Exact, value))),
        new(Interval, "t/T up to", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1], false, _ => 0.5, (models, w, value) => (Solver, Within(models, w, 0, value))),
        new(Interval, "t/T from", [0, 0.2, 0.4, 0.6, 0.8, 0.9], false, null, (models, w, value) => (Solver, Within(models, w, value, 1))),
        new(Spread, "w", [0, 0.25, 0.5, 1, 2, 3], true, w => w, (models, _, value) => (Solver, new Autoguidance<float>(models.Exact, models.Blurred, value))),
        new(Labels, "w", [0, 0.25, 0.5, 1, 2, 3], true, w => w, (models, _, value) => (Solver, new Autoguidance<float>(models.Exact, models.Mislabelled, value))),
        new(PlusPlus, "lambda", [0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.3, 1], true, null, (models, _, value) => (new CfgPlusPlusSampler<float>(value, new() { Steps = Steps }), models.Exact)),
        new(PlusPlus, "steps", [25, 50, 100, 200], false, _ => 50, (models, w, value) => (new CfgPlusPlusSampler<float>(w * LambdaPerWeight, new() { Steps = (int)value }), models.Exact)),
        new(Projected, "eta", [0, 0.25, 0.5, 0.75, 1], false, _ => 0, (models, w, value) => (Solver, new AdaptiveProjectedGuidance<float>(models.Exact, w) { Eta = value })),
        new(Projected, "r", [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6], false, null, (models, w, value) => (Solver, new AdaptiveProjectedGuidance<float>(models.Exact, w) { Eta = 1, Threshold = value })),
        new(Projected, "beta", [-0.9, -0.75, -0.5, -0.25, 0], false, null, (models, w, value) => (Solver, new AdaptiveProjectedGuidance<float>(models.Exact, w) { Eta = 1, Momentum = value })),
        new(Langevin, "moves", [1, 4, 16], false, _ => 1, (models, w, value) => (
            new PredictorCorrectorSampler<float>(new() { Steps = Steps }) { Moves = new() { Count = (int)value } }, new ClassifierFreeGuidance<float>(models.Exact, w))),
    ];

    private static GuidanceInterval<float> Within(GuidanceModels models, double w, double low, double high) =>
        new(new ClassifierFreeGuidance<float>(models.Exact, w), models.Exact, low * T, high * T);
}

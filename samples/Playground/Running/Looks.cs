using Diffusion.Playground.Settings;
using Diffusion.Schedules;

namespace Diffusion.Playground.Running;

/// <summary>What the page draws while a model trains; null members are as they were in the frame before.</summary>
/// <param name="Step">The number of steps taken.</param>
/// <param name="Iterations">Of how many.</param>
/// <param name="Rate">Steps in a second.</param>
/// <param name="Loss">The mean loss of the batches since the last frame; null where there was none.</param>
/// <param name="HeldLoss">The loss of the averaged weights.</param>
/// <param name="Floor">The oracle's loss.</param>
/// <param name="Error">The root of the mean squared difference to the oracle.</param>
/// <param name="IsOver">Whether the training has ended.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Cloud">Samples of the model, packed.</param>
/// <param name="ExactCloud">Samples of the oracle from the same noise, packed.</param>
/// <param name="Field">The noise that the model predicts on the grid of <see cref="Looks.Grid"/>, packed.</param>
/// <param name="ExactField">The oracle's noise on the grid, packed.</param>
/// <param name="Problem">Why there are no samples: the sampler's words.</param>
internal sealed record Frame(
    int Step, int Iterations, double Rate, double? Loss, double HeldLoss, double Floor, double Error, bool IsOver, string? Failure,
    string? Cloud, string? ExactCloud, string Field, string? ExactField, string? Problem);

/// <summary>A run of a sampler: its times and, at each, where the points are; first those that were placed, then a cloud.</summary>
/// <param name="Times">t at each state.</param>
/// <param name="Placed">The number of placed points.</param>
/// <param name="Count">The number of all points.</param>
/// <param name="States">The states of the model's run, one after the other, packed.</param>
/// <param name="ExactStates">Those of the oracle's run, from the same start with the same noise.</param>
internal sealed record Way(IReadOnlyList<double> Times, int Placed, int Count, string States, string ExactStates);

/// <summary>Where the error of samples comes from, as sliced Wasserstein distances to the data.</summary>
/// <param name="Network">The model with the sampler.</param>
/// <param name="Exact">The oracle with the same sampler, start and noise: the sampler's own part.</param>
/// <param name="ExactManySteps">The oracle with Heun's method in fifty steps: what is left with hardly any error of the steps.</param>
/// <param name="Chance">Two sets of data of the same size: what chance alone makes.</param>
/// <param name="Count">The number of samples.</param>
internal sealed record Budget(double Network, double Exact, double ExactManySteps, double Chance, int Count);

/// <summary>Looks at a model: for one caller at a time.</summary>
internal sealed class Looks(PlaySettings settings, PlayData data, Model<float> model)
{
    /// <summary>Points of the cloud, arrows of the field in each direction, and how far it reaches.</summary>
    public const int CloudPoints = 400, Grid = 11, BudgetPoints = 1000;

    /// <summary>The field reaches from -Reach to Reach.</summary>
    public const double Reach = 2;

    private readonly RandomSource _random = new((ulong)settings.Seed);
    private readonly Oracle _oracle = new(data, model, new RandomSource((ulong)settings.Seed));
    private readonly Tensor<float> _grid = MakeGrid();

    /// <summary>A frame of the model as it is.</summary>
    /// <param name="progress">How far the training is.</param>
    /// <param name="view">What is looked at.</param>
    /// <param name="withExact">Whether the oracle's part belongs to it: it changes with the view alone.</param>
    /// <param name="gone">Ends the work when nobody waits for it.</param>
    public Frame Frame(Progress progress, ViewSettings view, bool withExact, CancellationToken gone)
    {
        var (loss, error) = _oracle.Measure();
        double t = Math.Max(1, Math.Round(view.Time * model.Schedule.T));
        string? cloud = null, exactCloud = null, problem = null;
        try
        {
            cloud = Packed.Of(Samples(view, CloudPoints, ofOracle: false, gone));
            if (withExact)
                exactCloud = Packed.Of(Samples(view, CloudPoints, ofOracle: true, gone));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            problem = e.Message;
        }

        return new Frame(
            progress.Step, settings.Iterations, progress.Rate, double.IsNaN(progress.Loss) ? null : progress.Loss, loss, _oracle.Floor, error, progress.IsOver, progress.Failure,
            cloud, exactCloud, Packed.Of(Noise(model.Denoiser, t, view.Label)), withExact ? Packed.Of(Noise(_oracle.Denoiser, t, view.Label)) : null, problem);
    }

    /// <summary>The ways of placed points and of a cloud.</summary>
    /// <param name="view">How.</param>
    /// <param name="placed">Where x_T is, left and right of each.</param>
    /// <param name="gone">Ends the work when nobody waits for it.</param>
    /// <exception cref="RefusedException">The sampler cannot do what is asked; its words.</exception>
    public Way Way(ViewSettings view, IReadOnlyList<double[]> placed, CancellationToken gone)
    {
        var recorders = new TrajectoryRecorder<float>[] { new(), new() };
        for (int i = 0; i < 2; i++)
            _ = Refusing(() => Samples(view, placed.Count + CloudPoints, i == 1, gone, placed, recorders[i]));

        // At most 61 states, the first and the last among them.
        int states = recorders[0].States.Count, shown = Math.Min(states, 61);
        int[] which = [.. Enumerable.Range(0, shown).Select(i => (int)Math.Round(i * (states - 1.0) / (shown - 1)))];
        string States(int run) => Packed.Of([.. which.Select(state => recorders[run].States[state].X)]);
        return new Way([.. which.Select(state => recorders[0].States[state].Time)], placed.Count, placed.Count + CloudPoints, States(0), States(1));
    }

    /// <summary>The error budget.</summary>
    /// <exception cref="RefusedException">The sampler cannot do what is asked; its words.</exception>
    public Budget Budget(ViewSettings view, CancellationToken gone) => Refusing(() =>
    {
        var reference = data.Draw(BudgetPoints, view.Label, _random.Derive(2).For(Purpose.Metrics).At(0));
        var other = data.Draw(BudgetPoints, view.Label, _random.Derive(2).For(Purpose.Metrics).At(1));
        var distance = Metrics.SlicedWasserstein.To(reference, directions: 64);
        double Of(bool ofOracle, ISampler<float>? sampler = null) => distance.Distance(Samples(view, BudgetPoints, ofOracle, gone, sampler: sampler));
        return new Budget(Of(ofOracle: false), Of(ofOracle: true), Of(ofOracle: true, ManySteps()), distance.Distance(other), BudgetPoints);
    });

    // The oracle knows all times, so it can take more steps than T.
    private HeunSampler<float> ManySteps() => new(new() { Times = [.. StepSpacing.Logistic.Of(model.Schedule, 50, new HeunSampler<float>().TimesFor(model.Schedule)[0], 0)] });

    private Tensor<float> Samples(
        ViewSettings view, int count, bool ofOracle, CancellationToken gone, IReadOnlyList<double[]>? placed = null, TrajectoryRecorder<float>? recorder = null, ISampler<float>? sampler = null)
    {
        sampler ??= view.MakeSampler(model.Objective.DrawsWholeTimes, _oracle.Best, ofOracle);
        var start = Start.Draw<float>(_random, [count, 2, 1], model.Schedule, sampler.TimesFor(model.Schedule)[0]);
        for (int i = 0; i < placed?.Count; i++)
            (start.Span[2 * i], start.Span[(2 * i) + 1]) = ((float)placed[i][0], (float)placed[i][1]);
        var denoiser = view.Guide(ofOracle ? _oracle.Denoiser : model.Denoiser, model.Schedule);
        return sampler.Sample(denoiser, model.Schedule, start, view.Label, _random, new ActionObserver<float>(step =>
        {
            gone.ThrowIfCancellationRequested();
            recorder?.OnStep(step);
        }));
    }

    private Tensor<float> Noise(IDenoiser<float> denoiser, double t, int label) => denoiser.Predict(_grid, [t], label).Noise;

    private static Tensor<float> MakeGrid()
    {
        var grid = Tensor<float>.Uninitialized([Grid * Grid, 2, 1]);
        for (int i = 0; i < Grid * Grid; i++)
        {
            (int row, int column) = Math.DivRem(i, Grid);
            grid.Span[2 * i] = (float)(Reach * ((2.0 * column / (Grid - 1)) - 1));
            grid.Span[(2 * i) + 1] = (float)(Reach * ((2.0 * row / (Grid - 1)) - 1));
        }

        return grid;
    }

    private static T Refusing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new RefusedException(422, e.Message.Split(" (Parameter", 2)[0]);
        }
    }
}

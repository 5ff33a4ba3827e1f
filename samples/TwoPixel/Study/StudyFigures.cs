using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using MixturePeak = Diffusion.Figures.MixtureComponent;

namespace Diffusion.TwoPixel.Study;

/// <summary>Turns evaluated models into the figures of the study.</summary>
internal sealed class StudyFigures(RunConfiguration configuration, StudyFolder output, Evaluation evaluation)
{
    /// <summary>The points that a panel shows.</summary>
    private const int PanelPoints = 5000;

    private readonly StudyData _data = configuration.UsedData;
    private readonly FigureWindow _window = configuration.UsedData.Window;

    /// <summary>The most classes whose trajectories are drawn.</summary>
    private const int MostPaths = 7;

    /// <summary>The times of the noise fields, as shares of T.</summary>
    private static readonly double[] NoiseFieldTimes = [0.1, 0.4, 0.7, 1];

    private readonly RandomSource _random = new RandomSource(configuration.Seed).Derive(2);

    /// <summary>The six times of a figure that goes from noise to data: T, 4T/5, ... 0.</summary>
    public static int[] Stages(int timesteps) => [.. Enumerable.Range(0, 6).Select(i => (int)Math.Round(timesteps * (5 - i) / 5.0)).Distinct()];

    /// <summary>Draws everything. The figures of one model show the first one.</summary>
    public void Draw(IReadOnlyList<EvaluatedModel> models)
    {
        var main = models[0];
        List<Action> figures =
        [
            GroundTruth,
            () => Forward(main),
            () => Trajectory(main),
            () => Timesteps(models),
            () => Training(models),
            () => Animation(main),
        ];
        if (_data.LabelCount > 0)
            figures.AddRange([() => Guidance(main), () => GuidanceStrength(main)]);
        if (_data.Mixture is { } mixture)
            figures.AddRange([() => NoiseField(main, mixture), () => ErrorBudget(models)]);

        // Each figure is drawn from data that nobody changes, to a file of its own.
        Parallel.ForEach(figures, new ParallelOptions { MaxDegreeOfParallelism = Tensors.Threading.Workers.ThreadCount }, figure => figure());
    }

    public static Pixels[] Points(Tensor<float> tensor, int count = int.MaxValue)
    {
        var points = new Pixels[Math.Min(count, tensor.Shape[0])];
        for (int i = 0; i < points.Length; i++)
            points[i] = new Pixels(tensor.Span[2 * i], tensor.Span[(2 * i) + 1]);
        return points;
    }

    private void GroundTruth()
    {
        var (points, labels) = evaluation.Truth(PanelPoints);
        GroundTruthFigure.Save(output.Figure("ground-truth"), new GroundTruthData(
            _data.Density(1), new PixelCloud(Points(points), labels), [.. Enumerable.Range(0, _data.LabelCount).Select(label => _data.Class(label).Mean)]), _window);
    }

    private void Forward(EvaluatedModel model)
    {
        var schedule = model.Trained.Model.Schedule;
        var (x0, labels) = evaluation.Truth(PanelPoints);
        var noise = _random.For(Purpose.Noise).At(0).Normal<float>(x0.Shape);
        ForwardFigure.Save(output.Figure("forward"), [.. Stages(schedule.T).Reverse().Select(t =>
            new ForwardStage(t, schedule.At(t).A, new PixelCloud(Points(schedule.QSample(x0, [(double)t], noise)), labels), _data.Density(schedule.At(t).A)))], _window);
    }

    private void Trajectory(EvaluatedModel model)
    {
        int timesteps = model.Trained.T;
        var path = model.Run.Steps.Select(step => Points(step.Points, FollowedPoint + 1)[FollowedPoint]).ToArray();
        double[] times = [.. model.Run.Steps.Select(step => step.Time)];
        var stages = Stages(timesteps).Where(t => t > 0).Select(t => new ReverseStage(t, Points(model.Run.Whole[t]))).ToList();
        var data = new TrajectoryData(stages, timesteps, _data.Density(1), new Trajectory(path, times), _data.Set is null ? null : Points(_data.Set.Points));
        TrajectoryFigure.SaveHistogram(output.Figure("trajectory-histogram"), data, _window);
        TrajectoryFigure.SaveKernelDensity(output.Figure("trajectory-kde"), data, window: _window);
    }

    /// <summary>The point whose way is drawn.</summary>
    private const int FollowedPoint = 2;

    private void Timesteps(IReadOnlyList<EvaluatedModel> models)
    {
        var (truth, _) = evaluation.Truth(PanelPoints);
        TimestepsFigure.Save(output.Figure("timesteps"), new TimestepsData(
            [.. models.OrderBy(model => model.Trained.T).Select(model => new TimestepsPanel(model.Trained.T, new PixelCloud(Points(model.Samples, PanelPoints)), model.Metrics.Swd))],
            new PixelCloud(Points(truth)), _data.Density(1), models[0].Metrics.SwdFloor), _window);
    }

    private void Guidance(EvaluatedModel model)
    {
        const int Paths = 6;
        var (denoiser, schedule) = (model.Trained.Model.Denoiser, model.Trained.Model.Schedule);
        var start = Start.Draw<float>(_random, [Paths, 2, 1]);
        int?[] asked = [null, .. Enumerable.Range(0, Math.Min(MostPaths, _data.LabelCount))];
        var conditions = asked.Select(label =>
        {
            var recorder = new TrajectoryRecorder<float>();
            _ = new DdpmSampler<float>().Sample(
                new ClassifierFreeGuidance<float>(denoiser, label is null ? -1 : configuration.Guidance), schedule, start, label ?? DenoiserArguments.NoLabel, _random, recorder);
            double[] times = [.. recorder.States.Select(state => state.Time)];
            return new GuidanceCondition(label, [.. Enumerable.Range(0, Paths).Select(i =>
                new Trajectory([.. recorder.States.Select(state => Points(state.X)[i])], times))]);
        });
        GuidanceFigure.Save(output.Figure("guidance"), new GuidanceData(_data.Density(1), [.. conditions], configuration.Guidance, _data.Set is null ? null : new PixelCloud(Points(evaluation.Truth(PanelPoints).Points))), _window);
    }

    private void GuidanceStrength(EvaluatedModel model) =>
        GuidanceStrengthFigure.Save(
            output.Figure("guidance-strength"),
            [.. model.Guided.OrderBy(run => run.Key.Label).ThenBy(run => run.Key.W).Select(run => new GuidedSamples(run.Key.W, run.Key.Label, Points(run.Value, 2000)))],
            [.. Enumerable.Range(0, Evaluation.MeasuredClasses(_data)).Select(_data.Class).Select(known => new MixturePeak(known.Mean, known.Sigma))],
            _data.Mixture is not null);

    private void NoiseField(EvaluatedModel model, Data.GaussianMixture mixture)
    {
        var (denoiser, schedule) = (model.Trained.Model.Denoiser, model.Trained.Model.Schedule);
        var wanted = NoiseFieldFigure.PositionsIn(_window);
        var positions = Tensor<float>.From(
            [wanted.Count, 2, 1], [.. wanted.SelectMany(p => new[] { (float)p.Left, (float)p.Right })]);
        var truth = new Data.ExactDenoiser<float>(mixture, schedule);
        int[] times = [.. NoiseFieldTimes.Select(share => Math.Max(1, (int)Math.Round(share * schedule.T))).Distinct()];
        NoiseFieldFigure.Save(output.Figure("noise-field"), [.. times.Select(t => new NoiseField(
            t, Points(denoiser.Predict(positions, [t]).Noise), Points(truth.Predict(positions, [t]).Noise), mixture.At(schedule.At(t)).Density))], _window);
    }

    private void Training(IReadOnlyList<EvaluatedModel> models) =>
        TrainingFigure.Save(output.Figure("training"), [.. models.OrderBy(model => model.Trained.T).Select(model =>
        {
            var history = model.Trained.History;
            return new TrainingCurve(
                $"T = {model.Trained.T}",
                [.. Enumerable.Range(1, history.Losses.Count).Select(i => (double)i)], [.. history.Losses.Select(loss => (double)loss)],
                [.. history.Errors.Select(error => (double)error.Iteration)], [.. history.Errors.Select(error => error.NoiseRmse)]);
        })]);

    private void ErrorBudget(IReadOnlyList<EvaluatedModel> models)
    {
        var ordered = models.Select(model => (MixtureMetrics)model.Metrics).OrderBy(metrics => metrics.T).ToList();
        BarSeries Series(string name, Func<MixtureMetrics, double> value) => new(name, [.. ordered.Select(value)]);
        ErrorBudgetFigure.Save(output.Figure("error-budget"), new ErrorBudgetData(
            "Which part of the distance is the network's, and which the sampler's?",
            [.. ordered.Select(metrics => $"T = {metrics.T}")],
            [
                Series("trained network", m => m.Swd),
                Series("exact predictor, posterior variance", m => m.SwdExactDenoiser),
                Series("exact, optimal variance", m => m.SwdOptimalVariance),
                Series("exact, optimal variance, noise at the last step", m => m.SwdOptimalVarianceNoiseAtLastStep),
                Series("two sets of the mixture", m => m.SwdFloor),
            ],
            "sliced Wasserstein distance"));
    }

    private void Animation(EvaluatedModel model) =>
        DenoisingAnimation.Save(output.Animation, new AnimationData(
            [.. model.Run.Steps.Select(step => new AnimationFrame(step.Time, Points(step.Points)))], FollowedPoint), _window);
}

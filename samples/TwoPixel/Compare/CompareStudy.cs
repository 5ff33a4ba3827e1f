using System.Diagnostics;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using Diffusion.Terminal;
using Diffusion.TwoPixel.Study;

namespace Diffusion.TwoPixel.Compare;

/// <summary>The comparison of everything that samples: trains, measures, draws, and writes compare.html and compare.json.</summary>
internal sealed class CompareStudy(CompareSettings settings, CompareFolder folder, IReporter reporter, CancellationToken cancellation)
{
    /// <summary>The evaluations of the solver that is to be better than DDPM with all steps.</summary>
    private const int FewEvaluations = 20;

    /// <summary>The solvers that are meant, all of one evaluation a step.</summary>
    private static readonly string[] FastSolvers = ["dpm++2m", "deis1", "deis2", "deis3"];

    private readonly RandomSource _random = new RandomSource(settings.Run.Seed).Derive(4);

    /// <summary>Runs it on the study's model.</summary>
    public CompareDocument Run(Model<float> discrete, long start)
    {
        var models = new CompareTraining(settings, folder, reporter, cancellation).Run(discrete);
        var (first, _) = models.Mixture.Sample<float>(settings.Points, _random.For(Purpose.Metrics).At(1_000_000));
        var (second, _) = models.Mixture.Sample<float>(settings.Points, _random.For(Purpose.Metrics).At(1_000_001));
        var reference = SlicedWasserstein.To(first);
        double floor = reference.Distance(second);

        var samplers = new SamplerComparison(models, settings, _random, reference);
        List<PredictorMetrics> measured = [], otherPaths = [];
        reporter.Progress("Samplers", samplers.Parts, progress => (measured, otherPaths) = samplers.Measure(progress, cancellation));
        reporter.Say("Distillation, guidance, variance, likelihood.");
        var distillation = new DistillationComparison(models, settings, _random, reference);
        var students = distillation.Measure();
        cancellation.ThrowIfCancellationRequested();
        var guidance = new GuidanceComparison(models, settings, _random);
        var guided = guidance.Measure();
        var variance = new VarianceComparison(models, settings, _random, reference).Measure();
        cancellation.ThrowIfCancellationRequested();
        var likelihood = new LikelihoodComparison(models, settings, _random);
        var density = likelihood.Measure();
        cancellation.ThrowIfCancellationRequested();

        samplers.Draw(Figure(0), measured, floor);
        samplers.DrawOtherPaths(Figure(1), otherPaths, floor);
        samplers.DrawPaths(Figure(2));
        distillation.Draw(Figure(3), students, floor);
        guidance.Draw(Figure(4), guided);
        VarianceComparison.Draw(Figure(5), variance);
        likelihood.Draw(Figure(6));

        var document = new CompareDocument(
            settings.Run.Seed, Workers.ThreadCount, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1), settings.Points, Iterations(models), floor,
            measured, otherPaths, Target(measured), students, guided, variance, density);
        OutputFolder.WriteText(folder.Metrics, document.ToJson());
        new CompareReport(folder, document).Write();
        return document;
    }

    private string Figure(int index) => folder.Study.Figure(CompareFolder.Figures[index]);

    private static SortedDictionary<string, int> Iterations(CompareModels models) => new(StringComparer.Ordinal)
    {
        ["discrete"] = models.Discrete.Training.Iterations,
        ["continuous"] = models.Continuous.Training.Iterations,
        ["flow"] = models.Flow.Training.Iterations,
        ["edm"] = models.Edm.Training.Iterations,
        ["learnedVariance"] = models.Learned.Training.Iterations,
        ["teacher"] = models.Teacher.Training.Iterations,
        ["student"] = models.Students[0].Model.Training.Iterations,
        ["classifier"] = models.Classifier.Training.Iterations,
    };

    private static SolverTarget Target(List<PredictorMetrics> measured)
    {
        PredictorMetrics Named(string name) => measured.First(metrics => metrics.Predictor == name);
        static SamplerMetrics Best(PredictorMetrics metrics) =>
            FastSolvers.Select(name => metrics.Of(name, FewEvaluations)).MinBy(run => run.Swd)!;
        var (discrete, continuous) = (Named("discrete"), Named("continuous"));
        return new SolverTarget(
            discrete.Of("ddpm", CompareSettings.DiscreteT), continuous.Of("ddpm", CompareSettings.DiscreteT), Best(discrete), Best(continuous));
    }
}

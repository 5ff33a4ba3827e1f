using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.TwoPixel.Compare;

/// <summary>A student of progressive distillation.</summary>
internal sealed record Student(int Steps, TwoPixelModel<float> Model);

/// <summary>All models of the comparison.</summary>
/// <param name="Discrete">The study's, of whole steps.</param>
/// <param name="Continuous">On real times.</param>
/// <param name="Learned">With a learned variance.</param>
/// <param name="Teacher">Predicts v.</param>
/// <param name="Students">Distilled from the teacher, most steps first.</param>
/// <param name="Classifier">For classifier guidance of the first.</param>
internal sealed record CompareModels(
    TwoPixelModel<float> Discrete,
    TwoPixelModel<float> Continuous,
    TwoPixelModel<float> Learned,
    TwoPixelModel<float> Teacher,
    IReadOnlyList<Student> Students,
    NoisyClassifierModel<float> Classifier)
{
    /// <summary>The data of all of them.</summary>
    public required GaussianMixture Mixture { get; init; }
}

/// <summary>Trains what the comparison needs besides the study's model; what is in the folder with the same settings is used as it is.</summary>
internal sealed class CompareTraining(CompareSettings settings, CompareFolder folder, IReporter reporter, CancellationToken cancellation)
{
    private readonly RandomSource _random = new(settings.Run.Seed);

    /// <summary>Trains or loads all of them.</summary>
    /// <param name="discrete">The study's model, whose data all share.</param>
    /// <exception cref="OperationCanceledException">The user stopped it; models that are done are in the folder.</exception>
    /// <exception cref="UsageException">The model was trained on points, of which the truth is not known.</exception>
    public CompareModels Run(TwoPixelModel<float> discrete)
    {
        var data = discrete.Mixture ?? throw new UsageException("The model of T = 50 was trained on points, of which nothing is known exactly; compare needs one of a mixture.");
        var continuous = Model(folder.Continuous, "real times", CompareSettings.ContinuousT, settings.Continuous, data);
        var learned = Model(folder.Learned, "learned variance", CompareSettings.DiscreteT, settings.Learned, data, learnsVariance: true);
        var teacher = Model(folder.Teacher, "teacher", CompareSettings.TeacherT, settings.Teacher, data);
        var students = new List<Student>();
        var last = teacher;
        foreach (int steps in CompareSettings.StudentSteps)
            students.Add(new Student(steps, last = Distil(last, steps, data)));
        return new CompareModels(discrete, continuous, learned, teacher, students, Classifier(discrete, data)) { Mixture = data };
    }

    private TwoPixelModel<float> Model(string path, string title, int timesteps, TrainingConfiguration training, GaussianMixture data, bool learnsVariance = false)
    {
        var schedule = settings.ScheduleFor(timesteps);
        var network = settings.Run.NetworkFor(timesteps) with { Classes = data.LabelCount, LearnsVariance = learnsVariance };
        if (Saved(path, network, schedule, training, data) is { } saved)
            return saved;

        // Students of another teacher are of no use.
        if (path == folder.Teacher)
            Forget(CompareSettings.StudentSteps);
        TwoPixelUNet<float> trained = new(network, _random), averaged = new(network, _random);
        return Train(path, title, new Trainer<float>(trained, schedule, new MixtureSource<float>(data), training), averaged, data);
    }

    private TwoPixelModel<float> Distil(TwoPixelModel<float> teacher, int steps, GaussianMixture data)
    {
        string path = folder.Student(steps);
        var network = teacher.Network.Configuration;
        if (Saved(path, network, teacher.Schedule, settings.Student, data) is { } saved)
            return saved;
        Forget(CompareSettings.StudentSteps.Where(later => later < steps));
        TwoPixelUNet<float> student = new(network, _random), averaged = new(network, _random);
        var weights = StateDict.Of(teacher.Network);
        StateDict.Load(student, weights);
        StateDict.Load(averaged, weights);
        var trainer = new DistillationTrainer<float>(student, teacher.Network, teacher.Schedule, new MixtureSource<float>(data), steps, settings.Student);
        return Train(path, $"student of {steps}", trainer, averaged, data);
    }

    private TwoPixelModel<float> Train(string path, string title, Trainer<float> trainer, TwoPixelUNet<float> averaged, GaussianMixture data)
    {
        reporter.Training(title, trainer.Configuration.Iterations, onStep => trainer.Run(onStep, cancellation));
        trainer.Average.CopyTo(averaged);
        var model = new TwoPixelModel<float>(averaged, trainer.Schedule, data, trainer.Configuration);
        ModelFile.Save(path, model);
        return model;
    }

    private NoisyClassifierModel<float> Classifier(TwoPixelModel<float> discrete, GaussianMixture data)
    {
        var training = settings.Classifier;
        if (File.Exists(folder.Classifier))
        {
            var saved = NoisyClassifierFile.Load<float>(folder.Classifier);
            if (saved.Training == training && saved.Schedule.Configuration == discrete.Schedule.Configuration && saved.Mixture == data)
                return saved;
        }

        var network = new TwoPixelClassifier<float>(data.LabelCount, discrete.Schedule.T, _random);
        reporter.Training("noisy classifier", training.Iterations, onStep => _ = NoisyClassifierTrainer.Run(
            network, discrete.Schedule, new MixtureSource<float>(data), training, onStep, cancellation));
        var model = new NoisyClassifierModel<float>(network, discrete.Schedule, data, training);
        NoisyClassifierFile.Save(folder.Classifier, model);
        return model;
    }

    private static TwoPixelModel<float>? Saved(string path, TwoPixelUNetConfiguration network, NoiseSchedule schedule, TrainingConfiguration training, GaussianMixture data)
    {
        if (!File.Exists(path))
            return null;
        var saved = ModelFile.Load<float>(path);
        return saved.Training == training && saved.Network.Configuration == network && saved.Schedule.Configuration == schedule.Configuration && saved.Mixture == data
            ? saved : null;
    }

    private void Forget(IEnumerable<int> students)
    {
        foreach (int steps in students)
            File.Delete(folder.Student(steps));
    }
}

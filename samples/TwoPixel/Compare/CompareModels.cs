using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Training;

namespace Diffusion.TwoPixel.Compare;

/// <summary>A student of progressive distillation.</summary>
internal sealed record Student(int Steps, Model<float> Model);

/// <summary>All models of the comparison.</summary>
/// <param name="Discrete">The study's, of whole steps.</param>
/// <param name="Continuous">On real times.</param>
/// <param name="Flow">Flow matching on the straight line.</param>
/// <param name="Edm">EDM's objective on its schedule.</param>
/// <param name="Learned">With a learned variance.</param>
/// <param name="Teacher">Predicts v.</param>
/// <param name="Students">Distilled from the teacher, most steps first.</param>
/// <param name="Classifier">For classifier guidance of the first.</param>
internal sealed record CompareModels(
    Model<float> Discrete,
    Model<float> Continuous,
    Model<float> Flow,
    Model<float> Edm,
    Model<float> Learned,
    Model<float> Teacher,
    IReadOnlyList<Student> Students,
    NoisyClassifierModel<float> Classifier)
{
    /// <summary>The data of all of them.</summary>
    public required GaussianMixture Mixture { get; init; }

    /// <summary>Networks that saw few points of it.</summary>
    public required IReadOnlyList<FewPointsModel> Few { get; init; }

    /// <summary>The training steps of each.</summary>
    public SortedDictionary<string, int> Iterations => new(StringComparer.Ordinal)
    {
        ["discrete"] = Discrete.Training.Iterations,
        ["continuous"] = Continuous.Training.Iterations,
        ["flow"] = Flow.Training.Iterations,
        ["edm"] = Edm.Training.Iterations,
        ["learnedVariance"] = Learned.Training.Iterations,
        ["teacher"] = Teacher.Training.Iterations,
        ["student"] = Students[0].Model.Training.Iterations,
        ["classifier"] = Classifier.Training.Iterations,
    };
}

/// <summary>Trains what the comparison needs besides the study's model; what is in the folder with the same settings is used as it is.</summary>
internal sealed class CompareTraining(CompareSettings settings, StudyFolder folder, IReporter reporter, CancellationToken cancellation)
{
    private readonly RandomSource _random = new(settings.Run.Seed);

    private string TeacherPath => folder.File($"model-v-T{CompareSettings.TeacherT}.safetensors");

    private string ClassifierPath => folder.File($"noisy-classifier-T{CompareSettings.DiscreteT}.safetensors");

    private string StudentPath(int steps) => folder.File($"student-{steps}.safetensors");

    /// <summary>Trains or loads all of them.</summary>
    /// <param name="discrete">The study's model, whose data all share.</param>
    /// <exception cref="OperationCanceledException">The user stopped it; models that are done are in the folder.</exception>
    /// <exception cref="UsageException">The model was trained on points, of which the truth is not known.</exception>
    public CompareModels Run(Model<float> discrete)
    {
        var data = discrete.Mixture ?? throw new UsageException("The model of T = 50 was trained on points, of which nothing is known exactly; compare needs one of a mixture.");
        var continuous = Model(folder.File($"model-continuous-T{CompareSettings.ContinuousT}.safetensors"), "real times", settings.ScheduleFor(CompareSettings.ContinuousT), settings.Run.ObjectiveFor(times: TimeSampling.Continuous), settings.Continuous, data);
        var flow = Model(folder.File($"model-flow-T{CompareSettings.ContinuousT}.safetensors"), "flow matching", NoiseSchedule.Straight(CompareSettings.ContinuousT), new FlowMatchingObjective<float>(), settings.Continuous, data);
        var edm = Model(folder.File($"model-edm-T{CompareSettings.ContinuousT}.safetensors"), "EDM", NoiseSchedule.VarianceExploding(CompareSettings.ContinuousT), new EdmObjective<float>(Math.Sqrt(data.VariancePerPixel)), settings.Continuous, data);
        var learned = Model(folder.File($"model-learned-variance-T{CompareSettings.DiscreteT}.safetensors"), "learned variance", settings.ScheduleFor(CompareSettings.DiscreteT), new LearnedVarianceObjective<float> { Loss = settings.Run.Loss }, settings.Learned, data, learnsVariance: true);
        var teacher = Model(TeacherPath, "teacher", settings.ScheduleFor(CompareSettings.TeacherT), settings.Run.ObjectiveFor(Parameterisation.V), settings.Teacher, data);
        var students = new List<Student>();
        var last = teacher;
        foreach (int steps in CompareSettings.StudentSteps)
            students.Add(new Student(steps, last = Distil(last, steps, data)));
        return new CompareModels(discrete, continuous, flow, edm, learned, teacher, students, Classifier(discrete, data)) { Mixture = data, Few = new FewPointsTraining(settings, folder, reporter, cancellation).Run(data) };
    }

    private Model<float> Model(
        string path, string title, NoiseSchedule schedule, IObjective<float> objective, TrainingConfiguration training, GaussianMixture data, bool learnsVariance = false)
    {
        var network = settings.Run.NetworkFor(schedule.T) with { Classes = data.LabelCount, LearnsVariance = learnsVariance };
        if (Saved(path, network, schedule, objective, training, data) is { } saved)
            return saved;

        // Students of another teacher are of no use.
        if (path == TeacherPath)
            Forget(CompareSettings.StudentSteps);
        TwoPixelUNet<float> trained = new(network, _random), averaged = new(network, _random);
        return Train(path, title, new Trainer<float>(trained, schedule, objective, new MixtureSource<float>(data), training), averaged);
    }

    private Model<float> Distil(Model<float> teacher, int steps, GaussianMixture data)
    {
        string path = StudentPath(steps);
        var network = ((TwoPixelUNet<float>)teacher.Network).Configuration;
        var objective = new DistillationObjective<float>(teacher.Denoiser, steps) { Loss = settings.Run.Loss };
        if (Saved(path, network, teacher.Schedule, objective, settings.Student, data) is { } saved)
            return saved;
        Forget(CompareSettings.StudentSteps.Where(later => later < steps));
        TwoPixelUNet<float> student = new(network, _random), averaged = new(network, _random);
        var weights = StateDict.Of(teacher.Network);
        StateDict.Load(student, weights);
        StateDict.Load(averaged, weights);
        var trainer = new Trainer<float>(student, teacher.Schedule, objective, new MixtureSource<float>(data), settings.Student);
        return Train(path, $"student of {steps}", trainer, averaged);
    }

    private Model<float> Train(string path, string title, Trainer<float> trainer, TwoPixelUNet<float> averaged)
    {
        reporter.Training(title, trainer.Configuration.Iterations, onStep => trainer.Run(onStep, cancellation));
        var model = Model<float>.Of(trainer, averaged);
        ModelFile.Save(path, model);
        return model;
    }

    private NoisyClassifierModel<float> Classifier(Model<float> discrete, GaussianMixture data)
    {
        var training = settings.Classifier;
        if (File.Exists(ClassifierPath))
        {
            var saved = NoisyClassifierFile.Load<float>(ClassifierPath);
            if (saved.Training == training && saved.Schedule.ToJson() == discrete.Schedule.ToJson() && saved.Mixture == data)
                return saved;
        }

        var network = new TwoPixelClassifier<float>(data.LabelCount, discrete.Schedule.T, _random);
        var trainer = new NoisyClassifierTrainer<float>(network, discrete.Schedule, new MixtureSource<float>(data), training);
        reporter.Training("noisy classifier", training.Iterations, onStep => trainer.Run(onStep, cancellation));
        trainer.Average.CopyTo(network);
        var model = new NoisyClassifierModel<float>(network, discrete.Schedule, data, training);
        NoisyClassifierFile.Save(ClassifierPath, model);
        return model;
    }

    private static Model<float>? Saved(
        string path, TwoPixelUNetConfiguration network, NoiseSchedule schedule, IObjective<float> objective, TrainingConfiguration training, GaussianMixture data)
    {
        if (!File.Exists(path))
            return null;
        var saved = ModelFile.Load<float>(path, "two-pixel-unet");
        return saved.Training == training && (saved.Objective.Name, saved.Objective.Settings) == (objective.Name, objective.Settings)
            && (saved.Network as TwoPixelUNet<float>)?.Configuration == network && saved.Schedule.ToJson() == schedule.ToJson() && saved.Mixture == data
            ? saved : null;
    }

    private void Forget(IEnumerable<int> students)
    {
        foreach (int steps in students)
            File.Delete(StudentPath(steps));
    }
}

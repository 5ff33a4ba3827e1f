using System.CommandLine;
using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Images;

/// <summary>What makes the program of images one for certain images: where they come from, the network, defaults and words.</summary>
internal abstract class Preset
{
    /// <summary>What the program does, for --help.</summary>
    public abstract string Description { get; }

    /// <summary>The folder of the results, if none is named.</summary>
    public abstract string DefaultFolder { get; }

    /// <summary>One image in words, such as digit.</summary>
    public virtual string Thing => "image";

    /// <summary>The option that names classes.</summary>
    public virtual string ClassesOption => "--classes";

    /// <summary>The file of the figure of samples, without its end.</summary>
    public virtual string SamplesFigure => "samples";

    /// <summary>The title of the report.</summary>
    public abstract string ReportTitle { get; }

    /// <summary>The settings of a training of which nothing is said.</summary>
    public abstract TrainingRun Run { get; }

    /// <summary>How images are generated, if nothing is said.</summary>
    public virtual GenerationSettings Generation { get; } = new() { Guidance = 2, ClampX0 = new(-1, 1) };

    /// <summary>The files that come with the program; null for none.</summary>
    public virtual PretrainedFiles? Pretrained => null;

    /// <summary>The options that find the data.</summary>
    public abstract IReadOnlyList<Option> DataOptions { get; }

    /// <summary>The options that say how large images are, where it is not the model that says so.</summary>
    public virtual IReadOnlyList<Option> SizeOptions => [];

    /// <summary>The options of training that this preset alone has.</summary>
    public virtual IReadOnlyList<Option> TrainingOptions => [];

    /// <summary>The options of training that this preset has or shares, in a run.</summary>
    public abstract TrainingRun With(TrainingRun run, ParseResult result);

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="InvalidDataException">The file is no configuration.</exception>
    public abstract TrainingRun LoadRun(string path);

    /// <summary>The images that a run trains on.</summary>
    public abstract ImageData Load(TrainingRun run, ParseResult result, CommandContext context);

    /// <summary>The images that a model was trained on, or others of its shape, as the command line says.</summary>
    public abstract ImageData LoadFor(Shape image, ParseResult result, CommandContext context);

    /// <summary>The network of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="random">Where the first values are drawn from.</param>
    /// <exception cref="ArgumentException">Sizes that do not go together.</exception>
    public abstract DenoisingNetwork<float> MakeNetwork(TrainingRun run, int classes, RandomSource random);

    /// <summary>The batches of a run.</summary>
    public virtual IDataSource<float> MakeSource(TrainingRun run, ImageSet images) => new ImageSource<float>(images);

    /// <summary>What the file of a model keeps of a run.</summary>
    public virtual Dictionary<string, string> Notes(TrainingRun run, ImageSet images) => ClassNames.ToNotes(images.ClassNames);

    /// <summary>The settings of a classifier of the images.</summary>
    public abstract ClassifierTrainingConfiguration ClassifierTraining(ImageSet train);

    /// <summary>The commands, in the order of --help.</summary>
    public abstract IEnumerable<ImageCommand> Commands(CommandContext context);

    /// <summary>The experiments of the command all, in the order of the report.</summary>
    public abstract IReadOnlyList<Experiment> Experiments { get; }
}

/// <summary>The sets of a run.</summary>
/// <param name="Train">What is trained on.</param>
/// <param name="Test">What generated images are compared with; null where nothing was kept for it.</param>
internal sealed record ImageData(ImageSet Train, ImageSet? Test);

/// <summary>Files that come with a program.</summary>
/// <param name="Folder">Their folder.</param>
internal sealed record PretrainedFiles(string Folder)
{
    public string Model => File("model.safetensors");

    public string Classifier => File("classifier.safetensors");

    public string Configuration => File("config.json");

    public string File(string name) => Path.Combine(Folder, name);
}

using System.CommandLine;
using Diffusion.Data;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Networks;
using Diffusion.Pictures;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Images;

/// <summary>The user's own pictures: a folder of files, whose subfolders are classes.</summary>
internal sealed class PicturesPreset : Preset
{
    private const int LargestAttentionSide = 16, MostSaid = 5;

    private static readonly PicturesRun Standard = new();

    private readonly Option<string?> _data = Options.Text("--data", "FOLDER", "The folder of pictures: PNG, JPEG, WebP, BMP or GIF; subfolders are classes. For evaluate the one that the model was trained on.");
    private readonly Option<int?> _size = Options.Whole("--size", "S", 1, 1024, $"Height and width that pictures are cut and resized to, in pixels. Default: {Standard.Size}.");
    private readonly Option<bool> _grey = new("--grey") { Description = "Grey pictures; else coloured ones." };
    private readonly Option<PictureFit?> _fit = Options.Choice<PictureFit>("--fit", Standard.Fit, "How a picture that is no square becomes one");
    private readonly Option<bool> _flip = new("--flip") { Description = "Mirror each picture, left to right, with probability 1/2." };
    private readonly Option<bool> _skip = new("--skip-broken") { Description = "Leave pictures out that cannot be read, and say which; else the first one ends the program." };
    private readonly Option<double?> _holdOut = Options.Real("--hold-out", "P", 0, 0.9, $"The share of the pictures that is kept from training, for evaluate. Default: {Standard.HoldOut}.");
    private readonly Option<int?> _upscaleFrom = Options.Whole("--upscale-from", "SIDE", 1, 512, "Train for the command upscale: from pictures of so many pixels in each direction, by which --size can be divided.");

    public override string Description => "Denoising diffusion of your own pictures: trains on a folder, draws, changes and fills in pictures, and measures. Begin with: train --data FOLDER.";

    public override string DefaultFolder => "out/images";

    public override string ReportTitle => "Pictures by denoising diffusion";

    public override TrainingRun Run => Standard;

    public override IReadOnlyList<Option> DataOptions => [_data, _fit, _skip, _holdOut];

    public override IReadOnlyList<Option> SizeOptions => [_size, _grey];

    public override IReadOnlyList<Option> TrainingOptions => [_size, _grey, _flip, _upscaleFrom];

    public override IReadOnlyList<Experiment> Experiments { get; } =
        [new SamplesExperiment(), new TrajectoryExperiment(), new GuidanceExperiment(), new InterpolationExperiment(), new MetricsExperiment()];

    public override TrainingRun With(TrainingRun run, ParseResult result)
    {
        var pictures = (PicturesRun)run;
        return pictures with
        {
            Data = result.GetValue(_data) ?? pictures.Data,
            Size = result.GetValue(_size) ?? pictures.Size,
            Grey = result.GetValue(_grey) || pictures.Grey,
            Fit = result.GetValue(_fit) ?? pictures.Fit,
            Flip = result.GetValue(_flip) || pictures.Flip,
            SkipBroken = result.GetValue(_skip) || pictures.SkipBroken,
            HoldOut = result.GetValue(_holdOut) ?? pictures.HoldOut,
            UpscaleFrom = result.GetValue(_upscaleFrom) ?? pictures.UpscaleFrom,
        };
    }

    public override TrainingRun LoadRun(string path) => ConfigurationFile.Load<PicturesRun>(path);

    public override ImageData Load(TrainingRun run, ParseResult result, CommandContext context)
    {
        var pictures = (PicturesRun)run;
        string folder = pictures.Data ?? throw new UsageException("--data is missing; it names the folder of pictures.");
        var options = new PictureOptions
        {
            Side = pictures.Size,
            Grey = pictures.Grey,
            Fit = pictures.Fit,
            OnBroken = pictures.SkipBroken ? OnBroken.Skip : OnBroken.Refuse,
        };
        context.Reporter.Say($"Reading the pictures of {folder}.");
        var set = PictureFolder.Open(folder, options);
        foreach (var skipped in set.Skipped.Take(MostSaid))
            context.Reporter.Say($"Left out: {skipped.Path} {skipped.Reason}.");
        if (set.Skipped.Count > MostSaid)
            context.Reporter.Say($"Left out: {set.Skipped.Count} pictures in all.");
        context.Reporter.Say($"{set.Count} pictures, {(set.Classes == 0 ? "no classes" : $"classes {string.Join(", ", set.ClassNames)}")}{(set.OtherFiles > 0 ? $"; {set.OtherFiles} other files" : "")}.");

        // In an order of their own, always the same, so that what is kept is of all classes.
        int kept = (int)(set.Count * pictures.HoldOut);
        var shuffled = set.Shuffled(seed: 0);
        return new ImageData(shuffled.Range(0, set.Count - kept), kept > 0 ? shuffled.Range(set.Count - kept, set.Count) : null);
    }

    public override ImageData LoadFor(Shape image, ParseResult result, CommandContext context) =>
        Load((PicturesRun)With(Standard, result) with { Size = image[0], Grey = image[2] == 1 }, result, context);

    public override DenoisingNetwork<float> MakeNetwork(TrainingRun run, int classes, RandomSource random)
    {
        var pictures = (PicturesRun)run;
        int side = pictures.Size;
        var levels = new List<UNetLevel>();
        foreach (int width in pictures.Widths)
        {
            // At more pixels attention costs more than it gives: linear attention at 32 is a third of a step.
            levels.Add(new UNetLevel { Width = width, Heads = pictures.Heads, Attention = side <= LargestAttentionSide ? AttentionKind.Softmax : AttentionKind.None });
            side = (side + 1) / 2;
        }

        return new UNet<float>(new UNetConfiguration
        {
            Height = pictures.Size,
            Width = pictures.Size,
            Channels = pictures.Channels,
            Levels = levels,
            Embedding = pictures.Embedding,
            Classes = classes,
            ConditionChannels = pictures.Factor is null ? 0 : pictures.Channels,
            Timesteps = pictures.Timesteps,
        }, random);
    }

    public override IDataSource<float> MakeSource(TrainingRun run, ImageSet images)
    {
        var pictures = (PicturesRun)run;
        var source = new ImageSource<float>(images) { FlipHorizontally = pictures.Flip };
        return pictures.Factor is int factor ? new UpscalingSource<float>(source, factor) : source;
    }

    public override Dictionary<string, string> Notes(TrainingRun run, ImageSet images)
    {
        var notes = base.Notes(run, images);
        if (((PicturesRun)run).UpscaleFrom is > 0 and var side)
            Upscaling.AddTo(notes, side);
        return notes;
    }

    // Pictures have no background that would go on beyond their edges.
    public override ClassifierTrainingConfiguration ClassifierTraining(ImageSet train) =>
        new() { HeldOut = Math.Max(2 * EvaluateCommand.LeastCount, train.Count / 10), Background = null };

    public override IEnumerable<ImageCommand> Commands(CommandContext context) =>
    [
        new TrainCommand(context), new SampleCommand(context), new InpaintCommand(context), new EditCommand(context), new InterpolateCommand(context),
        new UpscaleCommand(context), new ClassifierCommand(context), new EvaluateCommand(context), new MemorisationCommand(context), new AllCommand(context),
        new ExportCommand(context), new ShapesCommand(context),
    ];
}

using System.CommandLine;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>What all commands are given.</summary>
internal sealed record CommandContext(Preset Preset, ImageOptions Options, IReporter Reporter, CancellationToken Cancellation);

/// <summary>One command: its options, and what it does. It returns when its files are written; failures are exceptions.</summary>
internal abstract class ImageCommand(CommandContext context)
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    protected abstract IEnumerable<Option> Own { get; }

    protected Preset Preset => context.Preset;

    protected ImageOptions Options => context.Options;

    protected IReporter Reporter => context.Reporter;

    protected CancellationToken Cancellation => context.Cancellation;

    protected CommandContext Context => context;

    /// <summary>Gives a command of the command line its options and its work.</summary>
    public Command Build(Command command)
    {
        command.AddAll([.. Own, Options.Folder, Options.Threads]);
        command.SetAction(result =>
        {
            SampleProgram.SetThreads(result.GetValue(Options.Threads));
            Run(result);
            return 0;
        });
        return command;
    }

    protected abstract void Run(ParseResult result);

    protected ImagesFolder MakeFolder(ParseResult result) => new(FolderPath(result));

    /// <summary>The model that is named, that comes with the program, or that lies in the folder of the results.</summary>
    /// <exception cref="UsageException">There is none, or it cannot do what the options say.</exception>
    protected Model<float> LoadModel(ParseResult result)
    {
        string path = result.GetValue(Options.Model) ?? Preset.Pretrained?.Model ?? Path.Combine(FolderPath(result), "model.safetensors");
        if (!File.Exists(path))
            throw new UsageException($"There is no model {path}: 'train' makes one, or --model names another file.");
        var model = ModelFile.Load<float>(path);
        if (model.Network.SampleShape is not { Rank: 3 } shape || shape[2] is not (1 or 3))
            throw new InvalidDataException($"{path} is a model of the architecture {model.Network.Architecture}; models of grey or coloured images are accepted.");
        try
        {
            // What the file says beside its weights, read here, so that the file is named.
            _ = (ClassNames.Of(model), Upscaling.SideOf(model));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        if (result.GetValue(Options.SamplingSteps) is int steps && steps > model.Schedule.T)
            throw new UsageException($"--sampling-steps is {steps}, but the model has T = {model.Schedule.T}; accepted is 1 to {model.Schedule.T}.");
        return model;
    }

    /// <summary>What generates, of a model that needs no picture to begin with.</summary>
    /// <exception cref="UsageException">There is no such model.</exception>
    protected Generator<float> MakeGenerator(ParseResult result)
    {
        var model = LoadModel(result);
        if (Upscaling.SideOf(model) is int small)
            throw new UsageException($"The model was trained to upscale pictures of {small} x {small} pixels; 'upscale' does that.");
        return MakeGenerator(model, result);
    }

    /// <summary>What generates, with a guidance of its own if none is given: a sampler that takes more steps than a short schedule has gets as many as it has, unless they were asked for.</summary>
    protected Generator<float> MakeGenerator(Model<float> model, ParseResult result, double? guidance = null)
    {
        var settings = Options.Settings(result);
        if (guidance is { } standard && result.GetValue(Options.Guidance) is null)
            settings = settings with { Guidance = standard };
        return new Generator<float>(model, settings with { Steps = settings.Steps is int steps ? Math.Min(steps, model.Schedule.T) : null });
    }

    /// <summary>The classes asked for, in their order and as often as needed; null if none were asked for.</summary>
    protected int[]? Asked(ParseResult result, Model<float> model) =>
        result.GetValue(Options.Classes) is { } text ? ClassNames.Parse(Options.Classes.Name, text, ClassNames.Of(model)) : null;

    /// <summary>The classes asked for, or random ones.</summary>
    protected int[] Labels(ParseResult result, Generator<float> generator)
    {
        int[]? asked = Asked(result, generator.Model);
        int count = result.GetValue(Options.Count) ?? Math.Max(64, asked?.Length ?? 0);
        return asked is null ? generator.RandomLabels(count) : [.. Enumerable.Range(0, count).Select(i => asked[i % asked.Length])];
    }

    private string FolderPath(ParseResult result) => result.GetValue(Options.Folder) ?? Preset.DefaultFolder;
}

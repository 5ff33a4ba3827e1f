using System.CommandLine;
using Diffusion.Images.Running;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Trains a model.</summary>
internal sealed class TrainCommand(CommandContext context) : ImageCommand(context)
{
    private const double StandardMinutes = 5;

    public override string Name => "train";

    public override string Description => "Train a model: model, checkpoint, history, previews.";

    protected override IEnumerable<Option> Own => [.. Preset.DataOptions, .. Options.OfTraining, Options.Resume, Options.CheckpointMinutes];

    protected override void Run(ParseResult result)
    {
        var run = Options.Training(result);
        var output = MakeFolder(result);
        using var held = new FolderLock(output.Path);
        var data = Preset.Load(run, result, Context);
        new ModelTraining(Context, run, output).Train(
            data, result.GetValue(Options.Resume), TimeSpan.FromMinutes(result.GetValue(Options.CheckpointMinutes) ?? StandardMinutes));
        Reporter.Say($"The model is {output.Model}; 'sample --model {output.Model}' draws from it.");
    }
}

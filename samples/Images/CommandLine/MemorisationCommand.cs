using System.CommandLine;
using Diffusion.Data;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Metrics;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Measures whether a model knows its training images by heart.</summary>
internal sealed class MemorisationCommand(CommandContext context) : ImageCommand(context)
{
    private const int StandardCount = 256;

    public override string Name => "memorisation";

    public override string Description => "Measure whether the model learned its training images by heart: its errors on them and on images that it never saw, beside those of the ideal denoiser.";

    protected override IEnumerable<Option> Own => [Options.Model, Options.Count, Options.Seed, .. Preset.DataOptions];

    protected override void Run(ParseResult result)
    {
        var model = LoadModel(result);
        if (Upscaling.SideOf(model) is int small)
            throw new UsageException($"The model was trained to upscale pictures of {small} x {small} pixels; memorisation is measured of models that need no picture.");
        int count = result.GetValue(Options.Count) ?? StandardCount;
        if (count < 2)
            throw new UsageException($"{Options.Count.Name} is {count}; accepted are at least 2 images, to know how far chance goes.");
        var output = MakeFolder(result);
        var data = Preset.LoadFor(model.Network.SampleShape!.Value, result, Context);
        var kept = data.Test ?? throw new UsageException("No images were kept from training; --hold-out keeps some.");
        if (kept.Count < 4)
            throw new UsageException($"{kept.Count} images were kept from training; at least 4 are needed, since one half of them is the control.");
        var study = new MemorisationStudy(model, data.Train, kept, result.GetValue(Options.Seed) ?? 0);
        var numbers = study.Measure(count, Reporter, Cancellation);
        OutputFolder.WriteText(output.File("memorisation.json"), numbers.ToJson());
        MemorisationStudy.Draw(numbers, output.Figure("memorisation"));
        foreach (string line in numbers.Answer())
            Reporter.Say(line);
        Reporter.Say($"{output.Figure("memorisation")}, {output.File("memorisation.json")}");
    }
}

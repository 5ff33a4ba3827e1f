using System.CommandLine;
using Diffusion.Images.Experiments;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Draws walks between noises and between classes.</summary>
internal sealed class InterpolateCommand(CommandContext context) : ImageCommand(context)
{
    public override string Name => "interpolate";

    public override string Description => $"Draw walks between noises, and between classes: between those of {Options.Classes.Name}, in their order.";

    protected override IEnumerable<Option> Own => [.. Options.OfGeneration, Options.Classes];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        int[]? asked = Asked(result, generator.Model);
        if (asked is { Length: 1 })
            throw new UsageException($"{Options.Classes.Name} has one class; at least two are needed to walk between.");
        var study = new Study(Preset, generator, [], MakeFolder(result), IsPretrained: false);
        var standard = Preset.Experiments.OfType<InterpolationExperiment>().First();
        var walks = asked is null ? standard : new InterpolationExperiment([.. asked.Distinct()], [.. asked.Zip(asked.Skip(1))]);
        walks.Run(study);
        Reporter.Say(study.Output.Figure("interpolation"));
    }
}

using System.CommandLine;
using System.Globalization;
using Diffusion.Tensors;

namespace Diffusion.Images.CommandLine;

/// <summary>Changes a picture by making it noisy and denoising it again (SDEdit).</summary>
internal sealed class EditCommand(CommandContext context) : PictureCommand(context)
{
    private const double StandardStrength = 0.5;

    private readonly Option<double?> _strength = Terminal.Options.Real("--strength", "S", double.Epsilon, 1,
        $"How much is changed: the share of the process that is gone back, above 0 to 1. Default: {StandardStrength.ToString(CultureInfo.InvariantCulture)}.");

    public override string Name => "edit";

    public override string Description => "Change a picture: noise is added to it and removed again, towards the classes asked for.";

    protected override IEnumerable<Option> More => [_strength];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        double strength = result.GetValue(_strength) ?? StandardStrength;
        var given = ReadImage(result, generator);
        var (count, labels) = Wanted(result, generator.Model);
        Tensor<float>? made = null;
        Reporter.Progress("Changing", count, done => made = generator.Edit(Repeated(given, count), strength, labels, done, Cancellation));
        Write(
            result, $"A picture, changed with strength {strength.ToString("0.##", CultureInfo.InvariantCulture)}",
            [$"Noise of t = {(strength * generator.Model.Schedule.T).ToString("0.#", CultureInfo.InvariantCulture)} of {generator.Model.Schedule.T} was added and removed again. {generator.Settings.Describe()}"],
            [("given", given)], made!, labels);
    }
}

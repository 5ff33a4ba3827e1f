using System.CommandLine;
using Diffusion.Pictures;

namespace Diffusion.Images.CommandLine;

/// <summary>Writes pictures to try the program with.</summary>
internal sealed class ShapesCommand(CommandContext context) : ImageCommand(context)
{
    private const int StandardCount = 20_000, StandardSize = 32;

    private readonly Option<int?> _count = Terminal.Options.Whole("--count", "N", 1, 1_000_000, $"How many pictures. Default: {StandardCount}.");

    private readonly Option<int?> _size = Terminal.Options.Whole("--size", "S", 8, 1024, $"Their height and width in pixels. Default: {StandardSize}.");

    public override string Name => "shapes";

    public override string Description => $"Write a set of pictures to try the program with, into shapes/: {string.Join(", ", ShapePictures.Classes)}, in many colours and sizes.";

    protected override IEnumerable<Option> Own => [_count, _size, Options.Seed];

    protected override void Run(ParseResult result)
    {
        string folder = MakeFolder(result).File("shapes");
        int count = result.GetValue(_count) ?? StandardCount;
        Reporter.Progress("Drawing", count, done =>
            ShapePictures.Write(folder, count, result.GetValue(_size) ?? StandardSize, result.GetValue(Options.Seed) ?? 0, done, Cancellation));
        Reporter.Say($"{count} pictures; 'train --data {folder}' trains on them.");
    }
}

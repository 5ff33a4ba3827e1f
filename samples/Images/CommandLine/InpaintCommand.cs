using System.CommandLine;
using Diffusion.Generation;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Fills in a part of a picture (RePaint).</summary>
internal sealed class InpaintCommand(CommandContext context) : PictureCommand(context)
{
    private static readonly Inpainting Standard = new();

    private readonly Option<string?> _mask = Terminal.Options.Text("--mask", "FILE", "A picture that is light where the image is to be filled in and dark where it is kept.");

    private readonly Option<int?> _resamplings = Terminal.Options.Whole("--resamplings", "N", 1, 1000,
        $"How often each step is gone through, so that what is filled in comes to fit what is kept. Default: {Standard.Resamplings}.");

    public override string Name => "inpaint";

    public override string Description => "Fill in a part of a picture, to fit the rest.";

    protected override IEnumerable<Option> More => [_mask, _resamplings];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        int side = generator.SampleShape[0], channels = generator.SampleShape[2];
        var given = ReadImage(result, generator);
        var light = Read(_mask, result, side, grey: true);
        var (count, labels) = Wanted(result, generator.Model);

        // 1 where the picture is kept, in every channel; what is not kept is shown in middle grey.
        var mask = Tensor<float>.Zeros(given.Shape);
        var kept = Tensor<float>.Zeros(given.Shape);
        for (int i = 0; i < mask.Length; i++)
        {
            mask.Span[i] = light.Span[i / channels] > 0 ? 0 : 1;
            kept.Span[i] = mask.Span[i] * given.Span[i];
        }

        if (!mask.Span.Contains(0) || !mask.Span.Contains(1))
            throw new UsageException($"--mask: the picture is {(mask.Span.Contains(0) ? "light" : "dark")} everywhere, so there is nothing to {(mask.Span.Contains(0) ? "keep" : "fill in")}.");
        var how = Standard with { Resamplings = result.GetValue(_resamplings) ?? Standard.Resamplings };
        var made = Tensor<float>.Uninitialized(given.Shape.With(0, count));
        Reporter.Progress("Filling in", count, done =>
        {
            // One after the other, each with a seed of its own: the steps of one take as long as many of a sample.
            for (int i = 0; i < count; i++)
            {
                var one = new Generator<float>(generator.Model, generator.Settings with { Seed = generator.Settings.Seed + (ulong)i });
                made.Rows(i, i + 1).CopyFrom(one.Inpaint(given, mask, labels[i], how, Cancellation));
                done(i + 1);
            }
        });
        Write(
            result, "A picture, filled in",
            [$"What is grey in the second picture was not known. {generator.Settings.Describe()} Each step was gone through {how.Resamplings} times."],
            [("given", given), ("known", kept)], made, labels);
    }
}

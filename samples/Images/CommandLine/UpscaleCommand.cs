using System.CommandLine;
using Diffusion.Data;
using Diffusion.Images.Running;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Makes large pictures of a small one, with a model that was trained for it.</summary>
internal sealed class UpscaleCommand(CommandContext context) : PictureCommand(context)
{
    public override string Name => "upscale";

    public override string Description => "Make a picture larger, with a model of 'train --upscale-from'.";

    protected override void Run(ParseResult result)
    {
        var model = LoadModel(result);
        int side = Upscaling.SideOf(model) ?? throw new UsageException("The model was not trained to make pictures larger; 'train --upscale-from SIDE' makes one that was.");

        // The picture says what is wanted; more weight than it has would only sharpen.
        var generator = MakeGenerator(model, result, guidance: 0);
        int factor = generator.SampleShape[0] / side;

        // A picture that is small already stays as it is. Another is shrunk as in training: the mean of blocks of a picture of the model's size.
        var given = ReadImage(result, generator);
        var small = IsAtMost(result, side) ? ReadImage(result, generator, side) : UpscalingSource<float>.Shrunk(given, factor);
        var (count, labels) = Wanted(result, model);
        var asked = new Condition<float>(labels, UpscalingSource<float>.Enlarged(small, factor));
        Tensor<float>? made = null;
        Reporter.Progress("Making larger", count, done => made = generator.Sample(count, asked, done, Cancellation));
        Write(
            result, $"From {side} x {side} to {generator.SampleShape[0]} x {generator.SampleShape[0]} pixels",
            [$"The model saw the second picture; the first, the file at the model's size, is there to compare. {generator.Settings.Describe()}"],
            [("file", given), ("seen", small)], made!, labels);
    }
}

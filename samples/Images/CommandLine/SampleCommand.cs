using System.CommandLine;
using System.Diagnostics;
using Diffusion.Figures;
using Diffusion.Images.Running;
using Diffusion.Pictures;
using Diffusion.Tensors;

namespace Diffusion.Images.CommandLine;

/// <summary>Generates images: numbers, a figure, and pictures if asked for.</summary>
internal sealed class SampleCommand(CommandContext context) : ImageCommand(context)
{
    private const int MostShown = 64;

    private readonly Option<bool> _files = new("--files") { Description = "Also write each image as a PNG of its own, files/0001-CLASS.png." };

    public override string Name => "sample";

    public override string Description => $"Generate images into samples.npy, labels.npy and {Preset.SamplesFigure}.png.";

    protected override IEnumerable<Option> Own => [.. Options.OfGeneration, Options.Classes, Options.Count, _files];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        int[] labels = Labels(result, generator);
        string[] names = ClassNames.Of(generator.Model);
        var output = MakeFolder(result);
        long start = Stopwatch.GetTimestamp();
        Tensor<float>? images = null;
        Reporter.Progress("Generating", labels.Length, done => images = generator.Sample(labels.Length, labels, done, Cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.WriteNumbers(images!, labels);
        int shown = Math.Min(MostShown, labels.Length);
        SamplesFigure.Save(
            output.Figure(Preset.SamplesFigure), $"Generated {Preset.Thing}s", images!.Rows(0, shown).ToImages(), [.. labels[..shown].Where(label => label >= 0).Select(label => names[label])], generator.Settings.Describe());
        if (result.GetValue(_files))
            WriteFiles(output, images!, labels, names);
        Reporter.Say($"{labels.Length} images in {seconds:F1} s, {generator.Settings.Describe()} {output.Samples}");
    }

    private static void WriteFiles(ImagesFolder output, Tensor<float> images, int[] labels, string[] names)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            // Names of folders may hold what names of files may not.
            string name = labels[i] < 0 ? "" : "-" + string.Concat(names[labels[i]].Select(c => Path.GetInvalidFileNameChars().Contains(c) ? '_' : c));
            PictureGrid.Save(output.File($"files/{i + 1:D4}{name}.png"), images.Rows(i, i + 1));
        }
    }
}

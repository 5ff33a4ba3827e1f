using System.CommandLine;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Pictures;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>A command that begins with a picture and makes several of it, each with its own noise: a figure, and a PNG of each.</summary>
internal abstract class PictureCommand(CommandContext context) : ImageCommand(context)
{
    private const int StandardCount = 8;

    private readonly Option<string?> _image = Terminal.Options.Text("--image", "FILE", "The picture: PNG, JPEG, WebP, BMP or GIF. It is cut to a square and resized to what the model takes.");

    private readonly Option<PictureFit?> _fit = Terminal.Options.Choice<PictureFit>("--fit", PictureFit.Crop, "How a picture that is no square becomes one");

    protected override IEnumerable<Option> Own => [_image, _fit, .. More, .. Options.OfGeneration, Options.Classes, Options.Count];

    /// <summary>The options of the command itself.</summary>
    protected virtual IEnumerable<Option> More => [];

    /// <summary>A picture that an option names, as the model takes it.</summary>
    protected Tensor<float> Read(Option<string?> option, ParseResult result, int side, bool grey)
    {
        string path = result.GetValue(option) ?? throw new UsageException($"{option.Name} is missing; it names a picture.");
        try
        {
            return PictureFile.Read(path, new PictureOptions { Side = side, Grey = grey, Fit = result.GetValue(_fit) ?? PictureFit.Crop });
        }
        catch (FileNotFoundException e)
        {
            throw new UsageException($"{option.Name}: {e.Message}", e);
        }
    }

    /// <summary>The picture of --image, [1, S, S, C], as the model generates images.</summary>
    protected Tensor<float> ReadImage(ParseResult result, Generator<float> generator, int? side = null) =>
        Read(_image, result, side ?? generator.SampleShape[0], generator.SampleShape[2] == 1);

    /// <summary>Whether the picture of --image, which was read before, has no more pixels in any direction.</summary>
    protected bool IsAtMost(ParseResult result, int side)
    {
        var (width, height) = PictureFile.SizeOf(result.GetValue(_image)!);
        return width <= side && height <= side;
    }

    /// <summary>N times the same image.</summary>
    protected static Tensor<float> Repeated(Tensor<float> image, int count)
    {
        var all = Tensor<float>.Uninitialized(image.Shape.With(0, count));
        for (int i = 0; i < count; i++)
            all.Rows(i, i + 1).CopyFrom(image);
        return all;
    }

    /// <summary>How many images are made, and the classes that they are asked for: none unless told.</summary>
    protected (int Count, int[] Labels) Wanted(ParseResult result, Model<float> model)
    {
        int[]? asked = Asked(result, model);
        int count = result.GetValue(Options.Count) ?? Math.Max(StandardCount, asked?.Length ?? 0);
        return (count, [.. Enumerable.Range(0, count).Select(i => asked?[i % asked.Length] ?? DenoiserArguments.NoLabel)]);
    }

    /// <summary>Writes what was given and what came out of it.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="title">The title of the figure.</param>
    /// <param name="notes">What was done.</param>
    /// <param name="given">Pictures and their names, to the left.</param>
    /// <param name="made">The results, [N, S, S, C].</param>
    /// <param name="labels">What was asked for.</param>
    protected void Write(ParseResult result, string title, IReadOnlyList<string> notes, IReadOnlyList<(string Name, Tensor<float> Image)> given, Tensor<float> made, int[] labels)
    {
        var output = MakeFolder(result);
        int count = made.Shape[0], columns = Math.Min(count, 8), shown = count / columns * columns;
        var results = made.ToImages();
        IReadOnlyList<IReadOnlyList<PixelImage>> rows = [.. Enumerable.Range(0, shown / columns).Select(row =>
            (IReadOnlyList<PixelImage>)[.. given.Select(each => each.Image.ToImages()[0]), .. results.Skip(row * columns).Take(columns)])];
        ImageTableFigure.Save(output.Figure(Name), new ImageTable(
            title, notes, rows, [.. rows.Select(_ => "")], [.. given.Select(each => each.Name), .. Enumerable.Range(1, columns).Select(k => $"{k}")]));
        for (int i = 0; i < count; i++)
            PictureGrid.Save(output.File($"{Name}-{i + 1}.png"), made.Rows(i, i + 1));
        output.WriteNumbers(made, labels);
        Reporter.Say($"{output.Figure(Name)}; each by itself in {output.File($"{Name}-1.png")} and so on, all in {output.Samples}");
    }
}

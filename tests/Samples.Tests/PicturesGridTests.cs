using Diffusion.Pictures;
using Diffusion.Tensors;
using NUnit.Framework;
using SkiaSharp;

namespace Diffusion.Samples.Tests;

/// <summary>Images in a grid, as PNG.</summary>
public sealed class PicturesGridTests
{
    private static readonly SKColor White = SKColors.White;

    [Test]
    public void Grey_images_stand_row_by_row_with_white_between()
    {
        using var folder = new TemporaryFolder();
        PictureGrid.Save(folder["new/grid.png"], Tensor<double>.From([3, 1, 2, 1], -1, 1, -0.6, 2, double.NaN, 0), columns: 2, gap: 1);
        using var png = SKBitmap.Decode(folder["new/grid.png"]);
        byte[][] rows = [.. Enumerable.Range(0, png.Height).Select(y => Enumerable.Range(0, png.Width).Select(x => png.GetPixel(x, y).Red).ToArray())];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Is.EqualTo((byte[][])[[0, 255, 255, 51, 255], [255, 255, 255, 255, 255], [0, 128, 255, 255, 255]]));
            Assert.That(Directory.GetFiles(folder["new"]), Has.Length.EqualTo(1), "no temporary file stays");
        }
    }

    [Test]
    public void Colours_are_kept_and_pixels_stay_squares()
    {
        using var folder = new TemporaryFolder();
        PictureGrid.Save(folder["grid.png"], Tensor<float>.From([1, 1, 2, 3], -1, -0.6f, 1, 1, 0.6f, -1), scale: 3, gap: 4);
        using var png = SKBitmap.Decode(folder["grid.png"]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((png.Width, png.Height), Is.EqualTo((6, 3)));
            for (int i = 0; i < 18; i++)
                Assert.That(png.GetPixel(i % 6, i / 6), Is.EqualTo(i % 6 < 3 ? new SKColor(0, 51, 255) : new SKColor(255, 204, 0)));
        }
    }

    [Test]
    public void The_grid_is_about_a_square_and_the_same_images_are_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["a.png", "b.png"])
            PictureGrid.Save(folder[name], Tensor<float>.Zeros([5, 4, 4, 3]));
        using var png = SKBitmap.Decode(folder["a.png"]);
        using (Assert.EnterMultipleScope())
        {
            // 3 columns and 2 rows of 4 pixels and 2 between.
            Assert.That((png.Width, png.Height), Is.EqualTo((16, 10)));
            Assert.That((png.GetPixel(4, 0), png.GetPixel(15, 9)), Is.EqualTo((White, White)));
            Assert.That(File.ReadAllBytes(folder["b.png"]), Is.EqualTo(File.ReadAllBytes(folder["a.png"])));
        }
    }

    [Test]
    public void What_is_written_is_read_again()
    {
        using var folder = new PictureTestFolder().With("a.png", []);
        byte[] pixels = [.. Enumerable.Range(0, 27).Select(value => (byte)(9 * value))];
        var image = Tensor<float>.Zeros([1, 3, 3, 3]);
        Data.ImageSet.ToNumbers(pixels, image.Span);
        PictureGrid.Save(Path.Combine(folder.Path, "a.png"), image);
        Assert.That(folder.Read(new PictureOptions { Side = 3 }).Single(), Is.EqualTo(pixels));
    }

    [Test]
    public void Errors_name_the_shape()
    {
        static void Refuses(Shape shape, int columns = 0, int scale = 1) =>
            Assert.That(() => PictureGrid.Save("never.png", Tensor<float>.Zeros(shape), columns, scale), Throws.InstanceOf<ArgumentException>());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => PictureGrid.Save("never.png", Tensor<float>.Zeros([2, 3, 3, 2])), Throws.ArgumentException.With.Message.Contains("[2, 3, 3, 2]; accepted are [N, H, W, 1]"));
            Refuses([3, 3, 1]);
            Refuses([0, 3, 3, 1]);
            Refuses([1, 3, 3, 1], columns: -1);
            Refuses([1, 3, 3, 1], scale: 0);
            Assert.That(File.Exists("never.png"), Is.False);
        }
    }
}

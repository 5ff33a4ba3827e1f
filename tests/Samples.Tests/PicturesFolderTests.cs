using Diffusion.Data;
using Diffusion.Pictures;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Folders: classes, order, what is no picture, what is broken, and what does not fit into memory.</summary>
public sealed class PicturesFolderTests
{
    private static readonly PictureOptions Grey = new() { Side = 1, Grey = true };

    [Test]
    public void Subfolders_are_classes_in_ordinal_order()
    {
        using var folder = new PictureTestFolder()
            .With("dogs/2.png", Dot(2)).With("dogs/10.png", Dot(1)).With("dogs/puppies/small/1.png", Dot(3))
            .With("Cats/a.png", Dot(4)).With("b.png", Dot(5)).With("empty/notes.txt", Text).With(".hidden/c.png", Dot(6)).With("dogs/.d.png", Dot(7));
        var set = folder.Open(Grey);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(set.ClassNames, Is.EqualTo((string[])["Cats", "dogs"]));
            Assert.That(set.Paths, Is.EqualTo((string[])["Cats/a.png", "b.png", "dogs/10.png", "dogs/2.png", "dogs/puppies/small/1.png"]));
            Assert.That(set.Labels.ToArray(), Is.EqualTo((int[])[0, -1, 1, 1, 1]));
            Assert.That(PictureTestFolder.Read(set).Select(image => image[0]), Is.EqualTo((byte[])[4, 5, 1, 2, 3]));
            Assert.That(set.OtherFiles, Is.EqualTo(2), "the text and the file whose name begins with a dot");
            Assert.That(set.Description, Does.StartWith("5 images [1, 1, 1], 2 classes, sha256 "));
        }
    }

    [Test]
    public void Pictures_without_subfolders_have_no_class_and_other_files_are_counted()
    {
        using var folder = new PictureTestFolder().With("a.PNG", Dot(1)).With("b.png", Dot(2)).With("read me.txt", Text).With("noextension", Dot(3));
        var set = folder.Open(Grey);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((set.Count, set.Classes, set.OtherFiles, set.Skipped.Count, set.IsInMemory), Is.EqualTo((2, 0, 2, 0, true)));
            Assert.That(set.LabelOf(1), Is.EqualTo(-1));
        }
    }

    [Test]
    public void A_link_may_be_a_class_and_links_within_classes_are_not_followed()
    {
        using var folder = new PictureTestFolder().With("a/1.png", Dot(1));
        using var elsewhere = new PictureTestFolder().With("2.png", Dot(2));
        _ = Directory.CreateSymbolicLink(Path.Combine(folder.Path, "b"), Path.GetFullPath(elsewhere.Path));
        _ = Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "round"), Path.GetFullPath(folder.Path));
        Assert.That(folder.Open(Grey).Paths, Is.EqualTo((string[])["a/1.png", "b/2.png"]));
    }

    [Test]
    public void Names_are_of_any_script()
    {
        string[] names = ["Ärger/größe ü.png", "кошки/рыжая.png", "猫/写真 1.png", "😀/🐈.png"];
        using var folder = new PictureTestFolder();
        for (int i = 0; i < names.Length; i++)
            _ = folder.With(names[i], Dot((byte)i));
        var set = folder.Open(Grey with { Budget = 0 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(set.Paths, Is.EqualTo(names));
            Assert.That(set.ClassNames, Is.EqualTo((string[])["Ärger", "кошки", "猫", "😀"]));
            Assert.That(PictureTestFolder.Read(set).Select(image => image[0]), Is.EqualTo((byte[])[0, 1, 2, 3]));
        }
    }

    [Test]
    public void What_is_read_as_needed_is_what_is_kept_in_memory_on_any_number_of_threads()
    {
        using var folder = Many(150);
        int threads = Workers.ThreadCount;
        var seen = new List<(string Description, byte[] Batches, string Skipped)>();
        try
        {
            foreach (var (count, budget) in ((int, long)[])[(1, 1 << 20), (1, 0), (3, 0), (4, 1 << 20)])
            {
                Workers.ThreadCount = count;
                var set = folder.Open(new PictureOptions { Side = 5, OnBroken = OnBroken.Skip, Budget = budget });
                Assert.That(set.IsInMemory, Is.EqualTo(budget > 0));
                seen.Add((set.Description, [.. Enumerable.Range(0, 4).SelectMany(step => Batch(set, step))], string.Concat(set.Skipped)));
            }
        }
        finally
        {
            Workers.ThreadCount = threads;
        }

        using (Assert.EnterMultipleScope())
        {
            foreach (var (description, batches, skipped) in seen)
            {
                Assert.That(description, Is.EqualTo(seen[0].Description));
                Assert.That(batches, Is.EqualTo(seen[0].Batches));
                Assert.That(skipped, Is.EqualTo(seen[0].Skipped));
            }

            Assert.That(seen[0].Description, Does.StartWith("147 images [5, 5, 3], 2 classes"));
        }
    }

    [Test]
    public void The_budget_is_of_all_pixels()
    {
        using var folder = Many(4);
        using (Assert.EnterMultipleScope())
        {
            // Five pictures of 2 x 2 pixels of 3 channels.
            Assert.That(folder.Open(new PictureOptions { Side = 2, OnBroken = OnBroken.Skip, Budget = 60 }).IsInMemory);
            Assert.That(folder.Open(new PictureOptions { Side = 2, OnBroken = OnBroken.Skip, Budget = 59 }).IsInMemory, Is.False);
        }
    }

    [Test]
    public void Files_that_change_are_noticed_when_they_are_read_again()
    {
        using var folder = new PictureTestFolder().With("1.png", Dot(1)).With("2.png", Dot(2));
        var (kept, read) = (folder.Open(Grey), folder.Open(Grey with { Budget = 0 }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(PictureTestFolder.Read(read).Select(image => image[0]), Is.EqualTo((byte[])[1, 2]));
            _ = folder.With("2.png", Dot(3));
            Assert.That(() => PictureTestFolder.Read(read), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("2.png has other pixels than when"));
            folder.Delete("2.png");
            Assert.That(() => PictureTestFolder.Read(read), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("2.png cannot be read"));
            Assert.That(PictureTestFolder.Read(kept).Select(image => image[0]), Is.EqualTo((byte[])[1, 2]));
        }
    }

    [Test]
    public void The_description_is_of_the_pixels_and_the_classes()
    {
        using var folder = new PictureTestFolder().With("a/1.png", PictureBytes.Grey(2, 1, 1, 2));
        using var otherBytes = new PictureTestFolder().With("a/1.bmp.png", PictureBytes.Png(2, 1, 8, 2, 1, 1, 1, 2, 2, 2));
        using var otherPixels = new PictureTestFolder().With("a/1.png", PictureBytes.Grey(2, 1, 1, 3));
        using var otherName = new PictureTestFolder().With("b/1.png", PictureBytes.Grey(2, 1, 1, 2));
        var whole = new PictureOptions { Side = 2, Fit = PictureFit.Stretch };
        string description = folder.Open(whole).Description;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(otherBytes.Open(whole).Description, Is.EqualTo(description), "another file of the same pixels");
            Assert.That(otherPixels.Open(whole).Description, Is.Not.EqualTo(description));
            Assert.That(otherName.Open(whole).Description, Is.Not.EqualTo(description));
            Assert.That(folder.Open(whole with { Fit = PictureFit.Crop }).Description, Is.Not.EqualTo(description));
        }
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Ten_thousand_pictures_are_a_set()
    {
        const int Count = 10_000;
        using var folder = new PictureTestFolder();
        byte[][] dots = [.. Enumerable.Range(0, 256).Select(value => Dot((byte)value))];
        for (int i = 0; i < Count; i++)
            _ = folder.With($"{i % 2}/{i:D5}.png", dots[i % 256]);
        var set = folder.Open(Grey);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((set.Count, set.Classes), Is.EqualTo((Count, 2)));
            Assert.That(PictureTestFolder.Read(set).Select(image => image[0]).SequenceEqual(Enumerable.Range(0, Count).Select(i => (byte)(i < 5000 ? 2 * i : (2 * (i - 5000)) + 1))));
        }
    }

    private static byte[] Text => "This is no picture."u8.ToArray();

    private static byte[] Dot(byte value) => PictureBytes.Grey(1, 1, value);

    // Pictures of several sizes in two classes; every fiftieth, the first of them too, is broken.
    private static PictureTestFolder Many(int count)
    {
        var folder = new PictureTestFolder();
        for (int i = 0; i < count; i++)
        {
            int width = 3 + (i % 7), height = 2 + (i % 5);
            byte[] png = PictureBytes.Png(width, height, 8, 6, [.. Enumerable.Range(0, 4 * width * height).Select(place => (byte)((place * 37) + (i * 11)))]);
            _ = folder.With($"{i % 2}/{i:D3}.png", i % 50 == 0 ? png[..^30] : png);
        }

        return count < 50 ? folder.With("0/more.png", Dot(1)) : folder;
    }

    private static byte[] Batch(ImageSet set, int step)
    {
        var source = new ImageSource<float>(set) { FlipHorizontally = true };
        var x0 = Tensor<float>.Zeros(source.BatchShape(40));
        int[] labels = new int[40];
        source.Fill(x0, labels, values: null, new RandomSource(5).At(step));
        byte[] bytes = new byte[x0.Length];
        ImageSet.ToBytes<float>(x0.Span, bytes);
        return [.. bytes, .. labels.Select(label => (byte)label)];
    }
}

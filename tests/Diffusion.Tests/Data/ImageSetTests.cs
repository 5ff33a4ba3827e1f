using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>Sets of images in memory and their batches.</summary>
public sealed class ImageSetTests
{
    // Five images of 2 x 3 pixels of two channels; byte 40·i + j is the place j of image i.
    private static readonly Shape One = [2, 3, 2];
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 60).Select(place => (byte)((40 * (place / 12)) + (place % 12)))];
    private static readonly int[] Labels = [0, 1, 2, -1, 0];
    private static readonly ImageSet Set = ImageSet.Of(Bytes, One, Labels, ["ant", "bee", "cat"]);

    [Test]
    public void Bytes_become_numbers_and_numbers_the_same_bytes()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(value => (byte)value)], back = new byte[256];
        float[] numbers = new float[256];
        ImageSet.ToNumbers<float>(all, numbers);
        ImageSet.ToBytes<float>(numbers, back);
        byte[] odd = new byte[5];
        ImageSet.ToBytes([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1.5, -7], odd);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((numbers[0], numbers[255]), Is.EqualTo((-1f, 1f)));
            Assert.That(numbers[51], Is.EqualTo(-0.6f).Within(1e-7));
            Assert.That(back, Is.EqualTo(all));
            Assert.That(odd, Is.EqualTo((byte[])[0, 255, 0, 255, 0]));
        }
    }

    [Test]
    public void Bytes_and_their_numbers_are_the_same_images()
    {
        var numbers = Tensor<float>.Zeros([5, 2, 3, 2]);
        ImageSet.ToNumbers(Bytes, numbers.Span);
        var x0 = Tensor<float>.Zeros([2, 2, 3, 2]);
        Set.Fill([4, 1], x0);
        var same = Tensor<float>.Zeros([2, 2, 3, 2]);
        ImageSet.Of(numbers, Labels).Fill([4, 1], same);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(x0.Span.ToArray(), Is.EqualTo((float[])[.. numbers.Span[48..], .. numbers.Span[12..24]]));
            Assert.That(same.Span.ToArray(), Is.EqualTo(x0.Span.ToArray()));
            Assert.That((Set.Count, Set.Classes, Set.LabelOf(3), Set.LabelOf(2)), Is.EqualTo((5, 3, -1, 2)));
            Assert.That(ImageSet.Of(numbers, Labels).ClassNames, Is.EqualTo((string[])["0", "1", "2"]));
            Assert.That(ImageSet.Of(Bytes, One).LabelOf(1), Is.EqualTo(-1));
        }
    }

    [Test]
    public void A_part_has_the_images_that_were_chosen_and_says_so()
    {
        var part = Set.Subset([4, 1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(part.ToTensor<float>().Span.ToArray(), Is.EqualTo((float[])[.. Set.ToTensor<float>().Rows(4, 5).Span, .. Set.ToTensor<float>().Rows(1, 2).Span]));
            Assert.That((part.LabelOf(0), part.LabelOf(1)), Is.EqualTo((Set.LabelOf(4), Set.LabelOf(1))));
            Assert.That(part.ClassNames, Is.EqualTo(Set.ClassNames), "classes that a part has no image of are classes still");
            Assert.That((string[])[Set.Description, part.Description, Set.Subset([1, 4]).Description], Is.Unique);
            Assert.That(Set.Range(1, 3).Range(1, 2).ToTensor<double>().Span.ToArray(), Is.EqualTo(Set.Subset([2]).ToTensor<double>().Span.ToArray()));
            Assert.That(ImageSet.Of(Bytes, One).Subset([0]).Labels.IsEmpty);
            Assert.That(() => Set.Subset([5]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("5"));
            Assert.That(() => Set.Range(4, 6), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => Set.Range(2, 2), Throws.ArgumentException.With.Message.Contains("0 images"));
        }
    }

    [Test]
    public void Shuffled_it_has_every_image_once_in_an_order_of_the_seed()
    {
        var set = ImageSet.Of(new RandomSource(1).For(Purpose.Data).At(0).Uniform<float>([50, 2, 3, 2]), Enumerable.Range(0, 50).ToArray());
        int[] first = set.Shuffled(7).Labels.ToArray();
        Assert.That(first, Is.EquivalentTo(Enumerable.Range(0, 50)));
        Assert.That(first, Is.Not.Ordered);
        Assert.That(set.Shuffled(7).Labels.ToArray(), Is.EqualTo(first));
        Assert.That(set.Shuffled(8).Labels.ToArray(), Is.Not.EqualTo(first));
    }

    [Test]
    public void Every_epoch_shows_each_image_once_with_its_label()
    {
        // Batches of 3 of 5 images: five batches are three epochs.
        var source = new ImageSource<float>(Set);
        var seen = Enumerable.Range(0, 5).SelectMany(step => Batch(source, 3, step)).ToArray();
        using (Assert.EnterMultipleScope())
        {
            for (int epoch = 0; epoch < 3; epoch++)
                Assert.That(seen[(5 * epoch)..(5 * (epoch + 1))].Select(image => (image.Pixels[0], image.Label)), Is.EquivalentTo(Labels.Select((label, i) => ((byte)(40 * i), label))));
            Assert.That(Batch(new ImageSource<float>(Set), 3, 4), Is.EqualTo(seen[12..]), "A run that is resumed sees what it would have seen.");
            Assert.That(Batch(new ImageSource<double>(Set), 3, 4), Is.EqualTo(seen[12..]));
        }
    }

    [Test]
    public void Half_of_the_images_are_mirrored_where_that_is_asked()
    {
        const int Size = 500, Steps = 8;
        var plain = new ImageSource<float>(Set);
        var flipping = new ImageSource<float>(Set) { FlipHorizontally = true };
        var patterns = new HashSet<string>();
        int flipped = 0;
        for (int step = 0; step < Steps; step++)
        {
            var before = Batch(plain, Size, step);
            var after = Batch(flipping, Size, step);
            bool[] mirrored = [.. before.Zip(after, (one, other) => !one.Pixels.SequenceEqual(other.Pixels))];
            for (int i = 0; i < Size; i++)
                Assert.That(after[i].Pixels, Is.EqualTo(mirrored[i] ? Mirrored(before[i].Pixels) : before[i].Pixels));
            Assert.That(after.Select(image => image.Label), Is.EqualTo(before.Select(image => image.Label)));
            Assert.That(Batch(flipping, 7, step).Length, Is.EqualTo(7));
            flipped += mirrored.Count(flip => flip);
            patterns.Add(string.Concat(mirrored));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(flipped / (double)(Size * Steps), Is.EqualTo(0.5).Within(5 * 0.5 / Math.Sqrt(Size * Steps)));
            Assert.That(patterns, Has.Count.EqualTo(Steps), "Each step flips others.");
            Assert.That(Batch(new ImageSource<float>(Set) { FlipHorizontally = true }, Size, 5), Is.EqualTo(Batch(flipping, Size, 5)));
            Assert.That(flipping.Description, Is.EqualTo(Set.Description + ", flipped"));
        }
    }

    [Test]
    public void The_description_tells_sets_apart()
    {
        byte[] changed = [.. Bytes];
        changed[59]++;
        string[] all =
        [
            Set.Description,
            ImageSet.Of(changed, One, Labels, ["ant", "bee", "cat"]).Description,
            ImageSet.Of(Bytes, One, (int[])[0, 1, 2, -1, 1], ["ant", "bee", "cat"]).Description,
            ImageSet.Of(Bytes, One, Labels, ["ant", "bee", "dog"]).Description,
            ImageSet.Of(Bytes, One, Labels).Description,
            ImageSet.Of(Bytes, [3, 2, 2], Labels, ["ant", "bee", "cat"]).Description,
            ImageSet.Of(Bytes, One).Description,
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(all, Is.Unique);
            Assert.That(all[0], Does.StartWith("5 images [2, 3, 2], 3 classes, sha256 "));
            Assert.That(ImageSet.Of((byte[])[.. Bytes], One, Labels, ["ant", "bee", "cat"]).Description, Is.EqualTo(all[0]));
        }
    }

    [Test]
    public void Errors_name_the_value_and_what_is_accepted()
    {
        static void Refuses(Action make, string message) => Assert.That(make, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            Refuses(() => ImageSet.Of(Array.Empty<byte>(), One), "0 images; at least one");
            Refuses(() => ImageSet.Of(new byte[13], One), "13 bytes were given for images of [2, 3, 2]; accepted are multiples of 12");
            Refuses(() => ImageSet.Of(Bytes, [12]), "shape [12]; accepted are [H, W, C]");
            Refuses(() => ImageSet.Of(Bytes, [0, 3, 2]), "shape [0, 3, 2]");
            Refuses(() => ImageSet.Of(Bytes, One, (int[])[1, 2]), "2 labels were given for 5 images");
            Refuses(() => ImageSet.Of(Bytes, One, Labels, ["a", "b"]), "label is 2; accepted are 0 to 1, and -1");
            Refuses(() => ImageSet.Of(Bytes, One, (int[])[0, 0, 0, 0, -2]), "label is -2");
            Refuses(() => ImageSet.Of(Tensor<float>.Zeros([4, 3])), "shape [4, 3]; accepted are [N, H, W, C]");
            Refuses(() => ImageSet.Of(Tensor<float>.From([1, 1, 2, 1], 0, 1.01f)), "1.01; accepted are numbers from -1 to 1");
            Refuses(() => ImageSet.Of(Tensor<float>.From([1, 1, 2, 1], 0, float.NaN)), "NaN");
            Refuses(() => Set.Fill([5], Tensor<float>.Zeros([1, 2, 3, 2])), "Image 5 is not inside a set of 5");
            Refuses(() => Set.Fill([1], Tensor<float>.Zeros([2, 2, 3, 2])), "take 12 elements");
            Refuses(() => new ImageSource<float>(Set).Fill(Tensor<float>.Zeros([2, 3, 2, 2]), new int[2], null, new RandomSource(0).At(0)), "not [2, 3, 2, 2]");
        }
    }

    private static byte[] Mirrored(byte[] image) => [.. image.Chunk(6).SelectMany(row => row.Chunk(2).Reverse().SelectMany(pixel => pixel))];

    private static Image[] Batch<T>(ImageSource<T> source, int size, long step)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var x0 = Tensor<T>.Zeros(source.BatchShape(size));
        int[] labels = new int[size];
        source.Fill(x0, labels, values: null, new RandomSource(4).At(step));
        byte[] bytes = new byte[x0.Length];
        ImageSet.ToBytes<T>(x0.Span, bytes);
        return [.. bytes.Chunk(12).Select((pixels, i) => new Image(pixels, labels[i]))];
    }

    private sealed record Image(byte[] Pixels, int Label)
    {
        public bool Equals(Image? other) => other is not null && Label == other.Label && Pixels.SequenceEqual(other.Pixels);

        public override int GetHashCode() => HashCode.Combine(Pixels[0], Label);
    }
}

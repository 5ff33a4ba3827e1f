using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

public sealed class MnistTests
{
    private string _folder = "";

    private string Cache => Path.Combine(_folder, "cache");

    // Neither the machine's variable nor its cache has a say here, and a download would be refused at once.
    private MnistOptions Options => new() { Cache = Cache, SharedFolder = null, Mirror = new Uri("http://127.0.0.1:1/") };

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("mnist").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(false)]
    [TestCase(true)]
    public void A_given_folder_is_read(bool gzip)
    {
        SmallMnist.Write(_folder, gzip);
        var mnist = Mnist.Load(Options with { Folder = _folder });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((mnist.Train.Count, mnist.Test.Count), Is.EqualTo((SmallMnist.Train, SmallMnist.Test)));
            Assert.That(mnist.Train.Labels.ToArray(), Is.EqualTo(new byte[] { 5, 6, 7, 8, 9 }));
            Assert.That(mnist.Test.Images.ToArray(), Is.EqualTo(SmallMnist.Bytes(MnistDataset.TestImages)[16..]));
        }
    }

    [Test]
    public void Folders_are_tried_in_their_order()
    {
        string given = Path.Combine(_folder, "given"), shared = Path.Combine(_folder, "shared");
        _ = Directory.CreateDirectory(given);
        SmallMnist.Write(shared);
        Assert.That(Mnist.Load(Options with { Folder = given, SharedFolder = shared }).Train.Count, Is.EqualTo(SmallMnist.Train));

        SmallMnist.Write(given);
        IdxFile.Write(Path.Combine(given, MnistDataset.TestLabels), [SmallMnist.Test], new byte[] { 1, 1, 1 });
        Assert.That(Mnist.Load(Options with { Folder = given, SharedFolder = shared }).Test.ToLabels(), Is.EqualTo(new[] { 1, 1, 1 }));
    }

    [Test]
    public void The_shared_folder_has_other_data_sets_below_their_names_only()
    {
        SmallMnist.Write(_folder);
        var fashion = Options with { Dataset = MnistDataset.Fashion, SharedFolder = _folder };
        Assert.That(() => Mnist.Load(fashion), Throws.InstanceOf<IOException>().With.Message.Contains("could not be downloaded"));
        SmallMnist.Write(Path.Combine(_folder, "fashion-mnist"));
        Assert.That(Mnist.Load(fashion).Train.Count, Is.EqualTo(SmallMnist.Train));
    }

    [Test]
    public void A_folder_that_does_not_exist_or_lacks_a_file_is_refused()
    {
        Assert.That(() => Mnist.Load(Options with { Folder = Path.Combine(_folder, "typo") }), Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains("typo"));
        SmallMnist.Write(_folder);
        File.Delete(Path.Combine(_folder, MnistDataset.TrainLabels));
        Assert.That(() => Mnist.Load(Options with { Folder = _folder }), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("neither train-labels-idx1-ubyte nor"));
    }

    [Test]
    public void Files_that_do_not_fit_are_refused()
    {
        SmallMnist.Write(_folder);
        Refused(MnistDataset.TrainLabels, SmallMnist.Idx([4], new byte[4]), "4 labels, but 5 images");
        Refused(MnistDataset.TrainLabels, SmallMnist.Idx([5], [0, 1, 2, 10, 3]), "Label 3 is 10");
        Refused(MnistDataset.TestImages, SmallMnist.Idx([3, 28, 27], new byte[3 * 28 * 27]), "28 x 27 pixels");
        Refused(MnistDataset.TestImages, SmallMnist.Idx([0, 28, 28], []), "no images");
        Refused(MnistDataset.TestImages, SmallMnist.Bytes(MnistDataset.TestLabels), "0x00000801");
    }

    [Test]
    public void Pixels_become_numbers_from_minus_one_to_one()
    {
        byte[] pixels = new byte[2 * 784];
        (pixels[0], pixels[784], pixels[785]) = (51, 255, 128);
        var set = new MnistSet(pixels, new byte[] { 3, 8 });
        var x0 = Tensor<double>.Zeros([3, 28, 28, 1]);
        int[] labels = new int[3];
        set.Fill([1, 0, 1], x0, labels);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(labels, Is.EqualTo(new[] { 8, 3, 8 }));
            Assert.That(x0[0, 0, 0, 0], Is.EqualTo(1));
            Assert.That(x0[0, 0, 1, 0], Is.EqualTo((2 * 128 / 255d) - 1));
            Assert.That(x0[1, 0, 0, 0], Is.EqualTo(-.6).Within(1e-15));
            Assert.That(x0[1, 27, 27, 0], Is.EqualTo(-1));
            Assert.That(set.ToTensor<double>().Span.SequenceEqual(x0.Span[784..].ToArray().AsSpan()[..784].ToArray().Concat(x0.Span[..784].ToArray()).ToArray()));
            Assert.That(() => set.Fill([2], Tensor<double>.Zeros([1, 28, 28, 1]), []), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => set.Fill([0], Tensor<double>.Zeros([2, 28, 28, 1]), []), Throws.ArgumentException);
            Assert.That(() => set.Fill([0], Tensor<double>.Zeros([1, 28, 28, 1]), new int[2]), Throws.ArgumentException);
            Assert.That(set.Range(1, 2).Image(0).SequenceEqual(set.Image(1)));
            Assert.That(() => set.Range(1, 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Filling_a_batch_allocates_nothing()
    {
        var set = new MnistSet(new byte[20 * 784], new byte[20]);
        var source = new MnistSource<float>(set);
        var x0 = Tensor<float>.Zeros(source.BatchShape(4));
        int[] labels = new int[4];
        source.Fill(x0, labels, values: null, new RandomSource(1).At(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 1; step < 5; step++)
            source.Fill(x0, labels, values: null, new RandomSource(1).At(step));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Every_epoch_has_each_image_once_and_steps_can_be_repeated()
    {
        var source = new MnistSource<float>(new MnistSet(new byte[10 * 784], new byte[10]));
        var random = new RandomSource(5);
        int[] Batch(MnistSource<float> from, long step)
        {
            int[] indices = new int[4];
            from.Indices(indices, random.At(step));
            return indices;
        }

        // Batches of 4 of a set of 10: five of them are two epochs.
        int[] seen = [.. Enumerable.Range(0, 5).SelectMany(step => Batch(source, step))];
        Assert.That(seen[..10], Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(seen[10..], Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(seen.AsSpan(0, 10).SequenceEqual(seen.AsSpan(10)), Is.False);
        Assert.That(Batch(new MnistSource<float>(new MnistSet(new byte[10 * 784], new byte[10])), 3), Is.EqualTo(seen[12..16]));
        Assert.That(() => new MnistSource<float>(new MnistSet(Array.Empty<byte>(), Array.Empty<byte>())), Throws.ArgumentException);
    }

    [Test]
    public void The_published_digits_are_what_they_are_said_to_be()
    {
        if (Environment.GetEnvironmentVariable("DIFFUSION_DATA") is not { Length: > 0 } folder)
        {
            Assert.Ignore("Skipped: DIFFUSION_DATA is not set, so there are no real data to test with.");
            return;
        }

        var mnist = Mnist.Load(Options with { SharedFolder = folder });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((mnist.Train.Count, mnist.Test.Count), Is.EqualTo((60_000, 10_000)));
            Assert.That(mnist.Train.ToLabels()[..10], Is.EqualTo(new[] { 5, 0, 4, 1, 9, 2, 1, 3, 1, 4 }));

            // The mean of all training pixels, as every tutorial normalises with it: 0.1307.
            Assert.That(mnist.Train.Images.ToArray().Average(pixel => pixel / 255d), Is.EqualTo(.1307).Within(5e-5));
        }

        Assert.That(
            () => Mnist.Load(Options with { Folder = folder, Dataset = MnistDataset.Fashion }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("fashion-mnist was asked for"));
    }

    private void Refused(string name, byte[] bytes, string part)
    {
        string path = Path.Combine(_folder, name);
        byte[] good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes);
        Assert.That(() => Mnist.Load(Options with { Folder = _folder }), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(part));
        File.WriteAllBytes(path, good);
    }
}

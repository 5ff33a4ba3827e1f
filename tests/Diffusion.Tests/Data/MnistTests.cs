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
            Assert.That(mnist.Train.Labels.ToArray(), Is.EqualTo(new[] { 5, 6, 7, 8, 9 }));
            Assert.That(mnist.Test.ToTensor<float>().Span.ToArray(), Is.EqualTo(SmallMnist.Bytes(MnistDataset.TestImages)[16..].Select(pixel => (2 * pixel / 255f) - 1)));
            Assert.That(mnist.Test.Description, Is.EqualTo($"3 images, sha256 {Sha256(MnistDataset.TestImages, MnistDataset.TestLabels)}"), "what checkpoints of earlier versions say");
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
        Assert.That(Mnist.Load(Options with { Folder = given, SharedFolder = shared }).Test.Labels.ToArray(), Is.EqualTo(new[] { 1, 1, 1 }));
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
    public void Filling_a_batch_allocates_nothing()
    {
        var source = new ImageSource<float>(ImageSet.Of(new byte[20 * 784], [28, 28, 1], new int[20]));
        var x0 = Tensor<float>.Zeros(source.BatchShape(4));
        int[] labels = new int[4];
        source.Fill(x0, labels, values: null, new RandomSource(1).At(0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 1; step < 5; step++)
            source.Fill(x0, labels, values: null, new RandomSource(1).At(step));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
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
            Assert.That(mnist.Train.Labels.ToArray()[..10], Is.EqualTo(new[] { 5, 0, 4, 1, 9, 2, 1, 3, 1, 4 }));

            // The mean of all training pixels, as every tutorial normalises with it: 0.1307.
            Assert.That(mnist.Train.ToTensor<float>().Span.ToArray().Average(pixel => (pixel + 1) / 2d), Is.EqualTo(.1307).Within(5e-5));
        }

        Assert.That(
            () => Mnist.Load(Options with { Folder = folder, Dataset = MnistDataset.Fashion }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("fashion-mnist was asked for"));
    }

    private static string Sha256(params string[] files) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. SmallMnist.Bytes(files[0])[16..], .. SmallMnist.Bytes(files[1])[8..]]));

    private void Refused(string name, byte[] bytes, string part)
    {
        string path = Path.Combine(_folder, name);
        byte[] good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes);
        Assert.That(() => Mnist.Load(Options with { Folder = _folder }), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(part));
        File.WriteAllBytes(path, good);
    }
}

using System.Collections.Immutable;

namespace Diffusion.Data;

/// <summary>A data set in the format of MNIST: four IDX files, where they are published, and how they are checked.</summary>
public sealed record MnistDataset
{
    internal const string TrainImages = "train-images-idx3-ubyte", TrainLabels = "train-labels-idx1-ubyte";
    internal const string TestImages = "t10k-images-idx3-ubyte", TestLabels = "t10k-labels-idx1-ubyte";

    private MnistDataset(string name, ImmutableArray<Uri> mirrors, ImmutableArray<string> classNames, ImmutableArray<MnistFile> files) =>
        (Name, Mirrors, ClassNames, Files) = (name, mirrors, classNames, files);

    /// <summary>The handwritten digits (LeCun, Cortes and Burges).</summary>
    public static MnistDataset Digits { get; } = new(
        "mnist",
        [new("https://ossci-datasets.s3.amazonaws.com/mnist/"), new("https://storage.googleapis.com/cvdf-datasets/mnist/")],
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        [
            new(TrainImages, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            new(TrainLabels, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            new(TestImages, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            new(TestLabels, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ]);

    /// <summary>Fashion-MNIST, clothes (Xiao, Rasul and Vollgraf, arXiv:1708.07747). The sums are published for the compressed files.</summary>
    public static MnistDataset Fashion { get; } = new(
        "fashion-mnist",
        [new("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")],
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        [
            new(TrainImages, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", OfArchive: true),
            new(TrainLabels, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", OfArchive: true),
            new(TestImages, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", OfArchive: true),
            new(TestLabels, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", OfArchive: true),
        ]);

    /// <summary>The name, also of its folder in the cache.</summary>
    public string Name { get; }

    /// <summary>Folders on the network that hold the four files as <c>.gz</c>, the preferred first.</summary>
    public ImmutableArray<Uri> Mirrors { get; }

    /// <summary>What the labels 0 to 9 mean.</summary>
    public ImmutableArray<string> ClassNames { get; }

    // Training images and labels, test images and labels.
    internal ImmutableArray<MnistFile> Files { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>One file of a data set.</summary>
/// <param name="Name">Its name without <c>.gz</c>.</param>
/// <param name="Sha256">Its published SHA-256.</param>
/// <param name="OfArchive">Whether the sum is of the <c>.gz</c> file instead of the uncompressed bytes.</param>
internal sealed record MnistFile(string Name, string Sha256, bool OfArchive = false)
{
    public bool IsImages => Name.Contains("idx3", StringComparison.Ordinal);

    public int Rank => IsImages ? 3 : 1;
}

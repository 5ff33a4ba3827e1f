using Diffusion.Data;
using NUnit.Framework;
using static Diffusion.Tests.Data.SmallServer;

namespace Diffusion.Tests.Data;

public sealed class MnistDownloadTests
{
    private string _cache = "";

    [SetUp]
    public void MakeFolder() => _cache = Path.Combine(Directory.CreateTempSubdirectory("mnist").FullName, "cache");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_cache)!, recursive: true);

    private static byte[] Content(string name) => SmallMnist.Gzip(SmallMnist.Bytes(name[..^".gz".Length]));

    private MnistOptions Options(SmallServer server, bool sumsOfArchives = false) =>
        new() { Cache = _cache, SharedFolder = null, Mirror = server.Address, Dataset = SmallMnist.Dataset(sumsOfArchives) };

    [TestCase(false)]
    [TestCase(true)]
    public void Files_are_downloaded_once_and_kept(bool sumsOfArchives)
    {
        using var server = new SmallServer(name => Answer.Ok(Content(name)));
        var reports = new Reports();
        var mnist = Mnist.Load(Options(server, sumsOfArchives), reports);
        Assert.That(mnist.Train.Labels.ToArray(), Is.EqualTo(new byte[] { 5, 6, 7, 8, 9 }));
        Assert.That(server.Requests, Is.EqualTo(SmallMnist.Names.Select(name => name + ".gz")));
        Assert.That(Directory.GetFiles(_cache).Select(Path.GetFileName), Is.EquivalentTo(server.Requests));

        _ = Mnist.Load(Options(server, sumsOfArchives));
        Assert.That(server.Requests, Has.Length.EqualTo(4));
        foreach (var (file, number) in server.Requests.Select((file, i) => (file, i + 1)))
        {
            long length = Content(file).Length;
            Assert.That(reports.All, Does.Contain(new DownloadProgress(file, number, 4, 0, length)));
            Assert.That(reports.All, Does.Contain(new DownloadProgress(file, number, 4, length, length)));
        }
    }

    [TestCase(true, TestName = "Cut off half-way, the length announced")]
    [TestCase(false, TestName = "Cut off half-way, no length announced")]
    public void A_half_download_is_never_used(bool announced)
    {
        bool cut = true;
        using var server = new SmallServer(name =>
        {
            byte[] bytes = Content(name);
            return cut && name.StartsWith("t10k-images", StringComparison.Ordinal)
                ? new Answer("200 OK", bytes[..(bytes.Length / 2)], announced ? bytes.Length : -1) : Answer.Ok(bytes);
        });
        var error = Assert.Throws<IOException>(() => Mnist.Load(Options(server)))!;
        Assert.That(error.Message, Does.Contain("t10k-images-idx3-ubyte.gz could not be downloaded").And.Contain(server.Address.AbsoluteUri).And.Contain("DIFFUSION_DATA"));
        Assert.That(Directory.GetFiles(_cache).Select(Path.GetFileName), Is.EquivalentTo(new[] { "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz" }));

        // What came whole stays; the rest is asked for again.
        cut = false;
        Assert.That(Mnist.Load(Options(server)).Test.Count, Is.EqualTo(SmallMnist.Test));
        Assert.That(server.Requests, Has.Length.EqualTo(5));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Wrong_bytes_are_never_used(bool sumsOfArchives)
    {
        // A well-formed file, but with one pixel changed.
        using var server = new SmallServer(name =>
        {
            byte[] bytes = SmallMnist.Bytes(name[..^".gz".Length]);
            bytes[^1] ^= 1;
            return Answer.Ok(SmallMnist.Gzip(bytes));
        });
        var error = Assert.Throws<IOException>(() => Mnist.Load(Options(server, sumsOfArchives)))!;
        Assert.That(error.Message, Does.Contain("SHA-256").And.Contain(SmallMnist.Dataset(sumsOfArchives).Files[0].Sha256));
        Assert.That(Directory.GetFiles(_cache), Is.Empty);
    }

    [Test]
    public void A_damaged_file_in_the_cache_is_replaced()
    {
        using var server = new SmallServer(name => Answer.Ok(Content(name)));
        _ = Mnist.Load(Options(server));
        string path = Path.Combine(_cache, "t10k-labels-idx1-ubyte.gz");
        byte[] good = File.ReadAllBytes(path);
        File.WriteAllBytes(path, good[..10]);
        Assert.That(Mnist.Load(Options(server)).Test.Count, Is.EqualTo(SmallMnist.Test));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(good));
        Assert.That(server.Requests, Has.Length.EqualTo(5));
    }

    [Test]
    public void The_next_mirror_is_tried_and_all_failures_are_told()
    {
        using var missing = new SmallServer(_ => new Answer("404 Not Found", [], 0));
        using var page = new SmallServer(_ => Answer.Ok("<html>please log in</html>"u8.ToArray()));
        using var good = new SmallServer(name => Answer.Ok(Content(name)));
        var file = SmallMnist.Dataset().Files[1];
        byte[] bytes = MnistDownload.Fetch(file, [missing.Address, page.Address, good.Address], (_, _) => { }, default, out var idx);
        Assert.That(bytes, Is.EqualTo(Content(file.Name + ".gz")));
        Assert.That(idx.Extents, Is.EqualTo(new[] { SmallMnist.Train }));

        var error = Assert.Throws<IOException>(() => MnistDownload.Fetch(file, [missing.Address, page.Address], (_, _) => { }, default, out _))!;
        Assert.That(error.Message, Does.Contain("404").And.Contain("0x3c68746d"));
    }

    [Test]
    public void Without_a_network_the_error_says_what_to_do()
    {
        var server = new SmallServer(_ => new Answer("", [], 0));
        var options = Options(server);
        server.Dispose();
        Assert.That(() => Mnist.Load(options), Throws.InstanceOf<IOException>().With.Message.Contains("Check the network").And.Message.Contains("DIFFUSION_DATA"));
    }

    [Test]
    public void A_download_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        using var server = new SmallServer(name => Answer.Ok(Content(name)));
        var reports = new Reports { Then = cancellation.Cancel };
        Assert.That(() => Mnist.Load(Options(server), reports, cancellation.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(_cache), Is.Empty);
    }

    private sealed class Reports : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> All { get; } = [];

        public Action Then { get; init; } = () => { };

        public void Report(DownloadProgress value)
        {
            All.Add(value);
            Then();
        }
    }
}

using Diffusion.Data;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

public sealed class IdxFileTests
{
    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("idx").FullName, "file");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [TestCase(false)]
    [TestCase(true)]
    public void Plain_and_gzip_read_the_same(bool gzip)
    {
        byte[] bytes = SmallMnist.Idx([2, 3], [1, 2, 3, 4, 5, 255]);
        File.WriteAllBytes(_path, gzip ? SmallMnist.Gzip(bytes) : bytes);
        var idx = IdxFile.Read(_path, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(idx.Extents, Is.EqualTo(new[] { 2, 3 }));
            Assert.That(idx.Data.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 255 }));
            Assert.That(idx.Sha256, Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))));
        }
    }

    [Test]
    public void What_is_written_has_the_published_layout()
    {
        IdxFile.Write(_path, [1, 2], new byte[] { 7, 9 });
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9 }));
        Assert.That(() => IdxFile.Write(_path, [2, 2], new byte[3]), Throws.ArgumentException.With.Message.Contains("3 bytes"));
        Assert.That(() => IdxFile.Write(_path, [], new byte[1]), Throws.ArgumentException);
        Assert.That(() => IdxFile.Write(_path, [-1, -1], new byte[1]), Throws.ArgumentException);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Every_cut_is_refused(bool gzip)
    {
        byte[] bytes = SmallMnist.Idx([3], [1, 2, 3]);
        bytes = gzip ? SmallMnist.Gzip(bytes) : bytes;
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_path, bytes[..length]);

            // Gzip ends with a mark, a checksum and a length: a cut there leaves the content whole, and no other may.
            if (gzip && length >= bytes.Length - 10)
                continue;
            Assert.That(() => IdxFile.Read(_path, 1), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path), $"{length} bytes");
        }
    }

    [Test]
    public void Any_byte_behind_the_data_is_refused([Values(0, 1)] byte more)
    {
        File.WriteAllBytes(_path, [.. SmallMnist.Idx([3], [1, 2, 3]), more]);
        Assert.That(() => IdxFile.Read(_path, 1), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("more bytes follow the header than the 3"));
    }

    [Test]
    public void Other_types_ranks_and_lengths_are_refused()
    {
        Refused([.. SmallMnist.Idx([3], [1, 2, 3]), 4], 1, "more bytes");
        Refused(SmallMnist.Idx([3], [1, 2, 3]), 3, "0x00000801", "0x00000803");
        byte[] floats = SmallMnist.Idx([3], [1, 2, 3]);
        floats[2] = 0x0d;
        Refused(floats, 1, "0x00000d01");
        Refused(SmallMnist.Idx([int.MaxValue, int.MaxValue], []), 2, "2147483647");
        Refused(SmallMnist.Idx([-1], []), 1, "4294967295");
        Refused("<html>not found</html>"u8.ToArray(), 1, "0x3c68746d");
        byte[] damaged = SmallMnist.Gzip(SmallMnist.Idx([3], [1, 2, 3]));
        damaged[12] ^= 0x55;
        File.WriteAllBytes(_path, damaged);
        Assert.That(() => IdxFile.Read(_path, 1), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path));
    }

    // No memory is taken for what a header announces, before the file is known to hold it.
    [TestCase(false)]
    [TestCase(true)]
    public void A_header_that_announces_more_than_the_file_can_hold_takes_no_memory(bool gzip)
    {
        foreach (int[] extents in (int[][])[[1, 28, 30], [60_000, 28, 28], [1_000, 1_000, 1_000], [1_000_000_000, 1, 1], [1, 1, 1_000_000_000]])
        {
            byte[] bytes = SmallMnist.Idx(extents, new byte[28 * 28]);
            File.WriteAllBytes(_path, gzip ? SmallMnist.Gzip(bytes) : bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(_path, 3))!;
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20), string.Join(" x ", extents));
            Assert.That(error.Message, Does.StartWith(_path).And.Contain("announces").And.Contain(string.Join(" x ", extents)));
        }
    }

    private void Refused(byte[] bytes, int rank, params string[] parts)
    {
        foreach (bool gzip in (bool[])[false, true])
        {
            File.WriteAllBytes(_path, gzip ? SmallMnist.Gzip(bytes) : bytes);
            var error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(_path, rank))!;
            Assert.That(error.Message, Does.StartWith(_path));
            foreach (string part in parts)
                Assert.That(error.Message, Does.Contain(part));
        }
    }
}

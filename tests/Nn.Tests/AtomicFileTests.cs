using Diffusion.Nn.Serialization;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class AtomicFileTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("atomic").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Writes_and_overwrites_and_leaves_nothing_else()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(path, stream => stream.Write([4]));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 4 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void A_failure_leaves_the_old_file_and_no_temporary_one()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        Assert.That(
            () => AtomicFile.Write(path, stream =>
            {
                stream.Write(new byte[1 << 20]);
                throw new InvalidOperationException("half way");
            }),
            Throws.InvalidOperationException.With.Message.EqualTo("half way"));
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void The_old_content_is_there_until_the_new_is_complete()
    {
        string path = Path.Combine(_folder, "a.bin");
        AtomicFile.Write(path, stream => stream.Write([1]));
        AtomicFile.Write(path, stream =>
        {
            stream.Write([2, 2]);
            stream.Flush();
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 1 }));
        });
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(new byte[] { 2, 2 }));
    }

    [Test]
    public void A_folder_in_the_way_is_refused_and_stays()
    {
        string path = Path.Combine(_folder, "taken");
        _ = Directory.CreateDirectory(path);
        Assert.That(() => AtomicFile.Write(path, stream => stream.WriteByte(1)), Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        Assert.That(Directory.GetFileSystemEntries(_folder), Is.EqualTo(new[] { path }));
    }
}

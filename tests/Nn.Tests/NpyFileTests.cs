using System.Text;
using Diffusion.Nn.Serialization;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>NumPy's files: what is written reads back, and what is no such file is refused.</summary>
[TestFixture]
internal sealed class NpyFileTests
{
    private string _path = "";

    [SetUp]
    public void NewPath() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.npy");

    [TearDown]
    public void Delete() => File.Delete(_path);

    [Test]
    public void Every_type_reads_back()
    {
        using (Assert.EnterMultipleScope())
        {
            Check("<f4", [2, 2], [.. new[] { 1f, -0.1f, float.NaN, float.NegativeInfinity }.SelectMany(BitConverter.GetBytes)], [1, -0.1f, double.NaN, double.NegativeInfinity]);
            Check("<f8", [3], [.. new[] { 0.1, double.Epsilon, -2 }.SelectMany(BitConverter.GetBytes)], [0.1, double.Epsilon, -2]);
            Check("<i4", [1, 2, 1], [.. new[] { int.MinValue, 7 }.SelectMany(BitConverter.GetBytes)], [int.MinValue, 7]);
            Check("<i8", [], [.. BitConverter.GetBytes(1L << 53)], [1L << 53]);
            Check("<i8", [0, 5], [], []);
        }
    }

    [Test]
    public void A_whole_number_that_would_be_rounded_is_refused()
    {
        NpyFile.Write(_path, [1], [(1L << 53) + 1]);
        Assert.That(() => NpyFile.Read(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("9007199254740993"));
    }

    [TestCase("<f4", ">f4", "accepted are little-endian")]
    [TestCase("<f4", "<f2", "accepted are little-endian")]
    [TestCase("False", "True ", "in C order")]
    [TestCase("(2, 3)", "(2, 4)", "takes 32")]
    [TestCase("(2, 3)", "(2,3) ", "the header is")]
    [TestCase("(2, 3)", "(-2,3)", "the header is")]
    [TestCase("(2, 3), }       ", "(3, 9999999999)}", "the header is")]
    [TestCase("(2, 3), }              ", "(2000000000, 2000000000)}", "the header is")]
    public void Another_header_is_refused(string found, string put, string named)
    {
        NpyFile.Write(_path, "<f4", [2, 3], new byte[24], 6);
        byte[] bytes = File.ReadAllBytes(_path);
        string header = Encoding.Latin1.GetString(bytes, 10, 118);
        Assert.That(header, Does.Contain(found));
        byte[] changed = Encoding.Latin1.GetBytes(header.Replace(found, put, StringComparison.Ordinal)[..117].TrimEnd('\n').PadRight(117) + "\n");
        File.WriteAllBytes(_path, [.. bytes[..10], .. changed, .. bytes[128..]]);
        Assert.That(() => NpyFile.Read(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(named).And.Message.StartsWith(_path));
    }

    private void Check(string type, int[] shape, byte[] bytes, double[] expected)
    {
        NpyFile.Write(_path, type, shape, bytes, expected.Length);
        var read = NpyFile.Read(_path);
        Assert.That(read.Type, Is.EqualTo(type));
        Assert.That(read.Shape, Is.EqualTo(shape));
        Assert.That(read.Values, Is.EqualTo(expected), type);
    }
}

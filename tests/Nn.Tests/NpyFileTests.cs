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

    [Test]
    public void Bytes_behind_the_numbers_are_refused()
    {
        NpyFile.Write(_path, [2], [1L, 2L]);
        File.AppendAllText(_path, "x");
        Assert.That(() => NpyFile.Read(_path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("17 bytes follow the header"));
    }

    [TestCase("<f4", "<f2", "accepted are numbers of '<f4'")]
    [TestCase("False", "Maybe", "in C or Fortran order")]
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

    // As numpy.save writes them: 0 to 5 as [2, 3], or as [3, 2] turned round.
    [TestCase("<f8", "False", 1)]
    [TestCase("<f8", "True", 1)]
    [TestCase(">f8", "True", 2)]
    [TestCase(">i4", "False", 3)]
    [TestCase(">f4", "False", 1)]
    [TestCase(">i8", "True", 1)]
    public void Other_orders_and_versions_are_read(string type, string order, byte version)
    {
        double[] values = order == "True" ? [0, 3, 1, 4, 2, 5] : [0, 1, 2, 3, 4, 5];
        byte[] data = [.. values.SelectMany(value =>
        {
            byte[] bytes = type[1..] switch
            {
                "f4" => BitConverter.GetBytes((float)value),
                "f8" => BitConverter.GetBytes(value),
                "i4" => BitConverter.GetBytes((int)value),
                _ => BitConverter.GetBytes((long)value),
            };
            return type[0] == '>' ? bytes.Reverse() : bytes;
        })];
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': '{type}', 'fortran_order': {order}, 'shape': (2, 3), }}\n");
        byte[] length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes((uint)header.Length);
        File.WriteAllBytes(_path, [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data]);
        var read = NpyFile.Read(_path);
        Assert.That(read.Shape, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(read.Values, Is.EqualTo(new double[] { 0, 1, 2, 3, 4, 5 }));
        File.WriteAllBytes(_path, File.ReadAllBytes(_path)[..^1]);
        Assert.That(() => NpyFile.Read(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("bytes follow the header"));
        File.WriteAllBytes(_path, [0x93, .. "NUMPY"u8, 4, 0, .. length, .. header, .. data]);
        Assert.That(() => NpyFile.Read(_path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("format 1.0 to 3.0"));
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

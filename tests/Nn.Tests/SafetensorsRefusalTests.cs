using System.Buffers.Binary;
using System.Text;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Files that lie are refused with a message that says about what.</summary>
public sealed class SafetensorsRefusalTests
{
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "overlap", TestName = "overlap")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "overlap", TestName = "same bytes twice")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "hole", TestName = "hole")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole", TestName = "does not begin at 0")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "5 bytes", TestName = "trailing bytes")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "3 bytes", TestName = "short data")]
    [TestCase("{}", 1, "1 bytes", TestName = "data without tensors")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "'a'", TestName = "size does not match the shape")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "'a'", TestName = "end before begin")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "data_offsets", TestName = "three offsets")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "-4", TestName = "negative offset")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "overflows", TestName = "shape product overflows to 0")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, "overflows", TestName = "shape product overflows before a zero")]
    [TestCase("""{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}""", 0, "shape", TestName = "extent beyond 64 bits")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0,4294967296],"data_offsets":[0,0]}}""", 0, "too large", TestName = "extent beyond 32 bits")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "dimensions", TestName = "seven dimensions")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "1.5", TestName = "fractional extent")]
    [TestCase("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "shape", TestName = "extent is a string")]
    [TestCase("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "shape", TestName = "shape is no array")]
    [TestCase("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "shape", TestName = "no shape")]
    [TestCase("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype", TestName = "no dtype")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "data_offsets", TestName = "no offsets")]
    [TestCase("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, "F33", TestName = "dtype that is none of the format")]
    [TestCase("""{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}}""", 8, "takes 4 bytes", TestName = "bytes of another type")]
    [TestCase("""{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype", TestName = "dtype is a number")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "'x'", TestName = "unknown member")]
    [TestCase("""{"a":[]}""", 0, "'a'", TestName = "tensor is no object")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "JSON", TestName = "duplicate tensor")]
    [TestCase("""{"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "JSON", TestName = "duplicate member")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "JSON", TestName = "duplicate tensor behind an escape")]
    [TestCase("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "JSON", TestName = "duplicate metadata")]
    [TestCase("""{"__metadata__":{"k":1}}""", 0, "'k'", TestName = "metadata is a number")]
    [TestCase("""{"__metadata__":["k"]}""", 0, "__metadata__", TestName = "metadata is no object")]
    [TestCase("""{"__metadata__":{"k":"\ud800"}}""", 0, "Unicode", TestName = "metadata with half a character")]
    [TestCase("""{"\udc00":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "Unicode", TestName = "name with half a character")]
    [TestCase("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},}""", 0, "JSON", TestName = "trailing comma")]
    [TestCase("""{/**/}""", 0, "JSON", TestName = "comment")]
    [TestCase("""{"a":""", 0, "JSON", TestName = "cut JSON")]
    [TestCase("""{}{}""", 0, "JSON", TestName = "two documents")]
    [TestCase("""[[]]""", 0, "begin with", TestName = "an array")]
    [TestCase(""" {}""", 0, "begin with", TestName = "leading space")]
    [TestCase("{}\0\0", 0, "JSON", TestName = "padded with zeros")]
    [TestCase("\ufeff{}", 0, "begin with", TestName = "byte order mark")]
    [TestCase("""{"a":[[[[[[[[[[[[1]]]]]]]]]]]]}""", 0, "JSON", TestName = "deep")]
    public void A_header_that_lies_is_refused(string header, int dataLength, string says) =>
        Assert.That(() => Read(File(Encoding.UTF8.GetBytes(header), dataLength)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(says).And.Message.StartsWith("broken.safetensors"));

    [Test]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        byte[] header = Encoding.Latin1.GetBytes("""{"é":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""");
        Assert.That(() => Read(File(header, 0)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("UTF-8"));

        // Overlong and surrogate encodings are not UTF-8 either.
        Assert.That(() => Read(File([(byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 0)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("UTF-8"));
        Assert.That(() => Read(File([(byte)'{', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}'], 0)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("UTF-8"));
    }

    [TestCase(0ul, "shortest")]
    [TestCase(1ul, "shortest")]
    [TestCase(11ul, "left in the file")]
    [TestCase(100_000_000ul, "left in the file")]
    [TestCase(100_000_001ul, "allows")]
    [TestCase(ulong.MaxValue, "allows")]
    [TestCase((ulong)long.MaxValue + 1, "allows")]
    public void A_length_that_lies_is_refused(ulong length, string says)
    {
        byte[] file = File("{}        "u8.ToArray(), 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Assert.That(() => Read(file), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(says));
    }

    [Test]
    public void Every_cut_of_a_good_file_is_refused()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor<float>> { ["a"] = Tensor<float>.Full([3], 1) }, new Dictionary<string, string> { ["k"] = "v" });
        byte[] file = stream.ToArray();
        for (int length = 0; length < file.Length; length++)
            Assert.That(() => Read(file[..length]), Throws.InstanceOf<InvalidDataException>(), $"{length} bytes");
        Assert.That(() => Read([.. file, 0]), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Every_changed_byte_of_a_header_is_refused_or_read_without_another_exception()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor<float>> { ["a"] = Tensor<float>.Full([3], 1) }, new Dictionary<string, string> { ["k"] = "v" });
        byte[] file = stream.ToArray();
        int refused = 0, tried = 0;
        for (int at = 0; at < file.Length - 12; at++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. file];
                changed[at] = (byte)value;
                tried++;
                try
                {
                    _ = Read(changed);
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            }
        }

        // Another value of the name, of the metadata or of the padding can be read; nearly all else cannot.
        Assert.That(refused, Is.InRange(tried / 2, tried - 1), $"refused of {tried}");
    }

    [Test]
    public void What_the_format_cannot_hold_is_not_written()
    {
        using var stream = new MemoryStream();
        var one = Tensor<float>.Full([1], 70000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Write("__metadata__", null), Throws.ArgumentException);
            Assert.That(() => Write("\ud800", null), Throws.ArgumentException);
            Assert.That(() => Write("a", new Dictionary<string, string> { ["k"] = "\udc00" }), Throws.ArgumentException);
            Assert.That(() => Write("a", null, SafetensorsType.F16), Throws.ArgumentException.With.Message.Contains("70000").And.Message.Contains("'a'"));
            Assert.That(() => Write("a", null, (SafetensorsType)3), Throws.ArgumentException);
        }

        void Write(string name, Dictionary<string, string>? metadata, SafetensorsType type = SafetensorsType.F32) =>
            SafetensorsFile.Write(stream, new Dictionary<string, Tensor<float>> { [name] = one }, metadata, _ => type);
    }

    private static SafetensorsContent<float> Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return SafetensorsFile.Read<float>(stream, "broken.safetensors");
    }

    private static byte[] File(byte[] header, int dataLength)
    {
        byte[] file = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)header.Length);
        header.CopyTo(file, 8);
        return file;
    }
}

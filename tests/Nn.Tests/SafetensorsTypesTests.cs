using System.Buffers.Binary;
using System.Text;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Files of other programs: number types that are only read, and shapes with a 0 in them.</summary>
public sealed class SafetensorsTypesTests
{
    [TestCase("BOOL", new byte[] { 0, 1, 255 }, new double[] { 0, 1, 1 })]
    [TestCase("U8", new byte[] { 0, 200 }, new double[] { 0, 200 })]
    [TestCase("I8", new byte[] { 127, 0x80 }, new double[] { 127, -128 })]
    [TestCase("U16", new byte[] { 0xFF, 0xFF, 1, 2 }, new double[] { 65535, 513 })]
    [TestCase("I16", new byte[] { 0xFF, 0xFF, 1, 2 }, new double[] { -1, 513 })]
    [TestCase("U32", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, new double[] { 4294967294 })]
    [TestCase("I32", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, new double[] { -2 })]
    [TestCase("U64", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80 }, new double[] { 9223372036854775808.0 })]
    [TestCase("I64", new byte[] { 5, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, new double[] { 5, -1 })]
    [TestCase("BF16", new byte[] { 0x80, 0x3F, 0x49, 0xC0, 0x80, 0x7F, 0x01, 0x00 }, new double[] { 1, -3.140625, double.PositiveInfinity, 9.183549615799121e-41 })]
    public void Numbers_of_a_type_are_read(string type, byte[] data, double[] expected)
    {
        byte[] file = File(Entry("a", type, $"[{expected.Length}]", 0, data.Length), data);
        Assert.That(Read<double>(file).Tensors["a"].Span.ToArray(), Is.EqualTo(expected));
        Assert.That(Read<float>(file).Tensors["a"].Span.ToArray(), Is.EqualTo(Array.ConvertAll(expected, value => (float)value)));
        Assert.That(() => Read<double>(file[..^1]), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase("F8_E4M3", SafetensorsType.F8E4M3, 1)]
    [TestCase("F8_E5M2", SafetensorsType.F8E5M2, 1)]
    [TestCase("F8_E8M0", SafetensorsType.F8E8M0, 1)]
    [TestCase("C64", SafetensorsType.C64, 8)]
    public void What_is_not_converted_is_named_and_the_rest_is_read(string type, SafetensorsType expected, int size)
    {
        const int Count = 20_000;
        byte[] data = new byte[(Count * size) + 4];
        BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(Count * size), 2.5f);
        string Header(int end) => Entry("odd", type, $"[{Count}]", 0, end) + "," + Entry("b", "F32", "[1]", end, data.Length);
        var content = Read<float>(File(Header(Count * size), data));
        Assert.That(content.Unread.Select(entry => (entry.Name, entry.Type)), Is.EqualTo([("odd", expected)]));
        Assert.That(content.Tensors.Keys, Is.EqualTo(["b"]));
        Assert.That(content.Tensors["b"][0], Is.EqualTo(2.5f));
        Assert.That(() => Read<float>(File(Header((Count * size) + 4), data)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'odd'"), "sizes are checked all the same");
    }

    [Test]
    public void Whole_numbers_of_PyTorch_go_into_a_model()
    {
        string[] names = ["weight", "bias", "running_mean", "running_var"];
        byte[] data = new byte[24];
        data[16] = 9;
        string header = string.Concat(names.Select((name, i) => Entry(name, "F32", "[1]", 4 * i, (4 * i) + 4) + ",")) + Entry("num_batches_tracked", "I64", "[]", 16, 24);
        var layer = new BatchNorm1d<float>(1);
        _ = StateDict.Load(layer, Read<float>(File(header, data)).Tensors);
        Assert.That(layer.Batches.ToScalar(), Is.EqualTo(9));
    }

    [TestCase("[0,65536,65536]")]
    [TestCase("[65536,0,65536]")]
    [TestCase("[65536,65536,0]")]
    public void An_empty_tensor_may_have_large_extents(string shape) =>
        Assert.That(Read<float>(File(Entry("a", "F32", shape, 0, 0), [])).Tensors["a"].Length, Is.Zero);

    [Test]
    public void Odd_but_legal_files_are_read_and_written()
    {
        // 10,000 tensors, each a number of rank 0; a name of 64 KiB; metadata that nobody knows.
        var tensors = Enumerable.Range(0, 10_000).ToDictionary(i => $"layer.{i}", i => Tensor<float>.From([], i));
        string name = new('n', 1 << 16);
        tensors[name] = Tensor<float>.From([0, 3]);
        var metadata = new Dictionary<string, string> { [""] = "", ["unknown \u00e9"] = name, ["sha256"] = "not ours" };
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        var read = Read<float>(stream.ToArray());
        Assert.That(read.Tensors, Has.Count.EqualTo(10_001));
        Assert.That(read.Tensors.Where(tensor => tensor.Key != name).All(tensor => tensor.Value.Rank == 0 && $"layer.{tensor.Value.ToScalar()}" == tensor.Key));
        Assert.That(read.Tensors[name].Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(read.Metadata, Is.EqualTo(metadata));
    }

    private static SafetensorsContent<T> Read<T>(byte[] file)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream(file);
        return SafetensorsFile.Read<T>(stream, "file.safetensors");
    }

    private static string Entry(string name, string type, string shape, int begin, int end) =>
        $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}";

    private static byte[] File(string entries, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes("{" + entries + "}"), length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }
}

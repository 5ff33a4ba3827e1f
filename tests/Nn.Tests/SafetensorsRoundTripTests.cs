using System.Buffers.Binary;
using System.Text;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class SafetensorsRoundTripTests
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    [Test]
    public void Tensors_and_metadata_come_back()
    {
        var tensors = new Dictionary<string, Tensor<float>>
        {
            ["scalar"] = Tensor<float>.Scalar(2.5f),
            ["empty"] = Tensor<float>.Zeros([3, 0]),
            ["weight"] = Tensor<float>.From([2, 3], 1, -2, float.NaN, float.PositiveInfinity, float.Epsilon, -0f),
            ["größe \"x\" \\ 🎲"] = Tensor<float>.From([1], 7),
        };
        var metadata = new Dictionary<string, string> { ["config"] = """{"T":50,"note":"a\nb"}""", ["ü"] = "" };
        var read = RoundTrip(tensors, metadata);

        Assert.That(read.Metadata, Is.EquivalentTo(metadata));
        Assert.That(read.Tensors.Keys, Is.EquivalentTo(tensors.Keys));
        foreach (var (name, tensor) in tensors)
        {
            Assert.That(read.Tensors[name].Shape, Is.EqualTo(tensor.Shape), name);
            Assert.That(Bits(read.Tensors[name]), Is.EqualTo(Bits(tensor)), name);
        }
    }

    [Test]
    public void A_file_without_tensors_is_a_file()
    {
        var read = RoundTrip(new Dictionary<string, Tensor<double>>(), NoMetadata);
        Assert.That(read.Tensors, Is.Empty);
        Assert.That(read.Metadata, Is.Empty);
    }

    // The bytes of a file by hand, to the letter: what other readers see.
    [Test]
    public void The_bytes_are_those_of_the_format()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor<float>> { ["b"] = Tensor<float>.From([2], 1, 2), ["a"] = Tensor<float>.Scalar(3) }, new Dictionary<string, string> { ["k"] = "v" });
        const string Header = """{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""";
        int padded = (Header.Length + 7) / 8 * 8;
        byte[] bytes = stream.ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(bytes), Is.EqualTo((ulong)padded));
            Assert.That(Encoding.UTF8.GetString(bytes, 8, padded), Is.EqualTo(Header.PadRight(padded)));
            Assert.That(bytes[(8 + padded)..], Is.EqualTo(new byte[] { 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40 }));
        }
    }

    [Test]
    public void Wider_numbers_come_first_then_names_and_the_order_of_insertion_does_not_matter()
    {
        SafetensorsType Type(string name) => name[0] switch { 'd' => SafetensorsType.F64, 'h' => SafetensorsType.F16, _ => SafetensorsType.F32 };
        var one = Tensor<float>.Full([3], 1.5f);
        using MemoryStream first = new(), second = new();
        SafetensorsFile.Write(first, new Dictionary<string, Tensor<float>> { ["h"] = one, ["f2"] = one, ["d"] = one, ["f1"] = one }, null, Type);
        SafetensorsFile.Write(second, new Dictionary<string, Tensor<float>> { ["f1"] = one, ["d"] = one, ["h"] = one, ["f2"] = one }, null, Type);
        Assert.That(second.ToArray(), Is.EqualTo(first.ToArray()));

        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, first.ToArray());
            var (entries, _) = SafetensorsFile.ReadHeader(path);
            Assert.That(entries.Select(entry => entry.Name), Is.EqualTo(new[] { "d", "f1", "f2", "h" }));
            Assert.That(entries.Select(entry => entry.Begin), Is.EqualTo(new long[] { 0, 24, 36, 48 }));
            foreach (var tensor in SafetensorsFile.Read<double>(path).Tensors.Values)
                Assert.That(tensor.Span.ToArray(), Is.EqualTo(new[] { 1.5, 1.5, 1.5 }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Numbers_are_rounded_to_the_type_that_is_asked_for()
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, new Dictionary<string, Tensor<double>> { ["x"] = Tensor<double>.From([3], 0.1, 1e300, -65504) });
        stream.Position = 0;
        Assert.That(SafetensorsFile.Read<float>(stream, "x").Tensors["x"].Span.ToArray(), Is.EqualTo(new[] { 0.1f, float.PositiveInfinity, -65504f }));

        using var half = new MemoryStream();
        SafetensorsFile.Write(half, new Dictionary<string, Tensor<double>> { ["x"] = Tensor<double>.From([2], 0.1, double.NegativeInfinity) }, null, _ => SafetensorsType.F16);
        half.Position = 0;
        Assert.That(SafetensorsFile.Read<double>(half, "x").Tensors["x"].Span.ToArray(), Is.EqualTo(new[] { (double)(Half)0.1, double.NegativeInfinity }));
    }

    [Test]
    public void Tensors_longer_than_a_buffer_come_back()
    {
        var big = new RandomSource(4).For(Purpose.Metrics).At(0).Normal<float>([3, 9001]);
        var read = RoundTrip(new Dictionary<string, Tensor<float>> { ["big"] = big }, NoMetadata);
        Assert.That(read.Tensors["big"].Span.SequenceEqual(big.Span));
    }

    [Test]
    public void Any_names_and_shapes_come_back()
    {
        var generator = (from names in Gen.ListOf(ArbMap.Default.GeneratorFor<NonNull<string>>())
                         from extents in Gen.ArrayOf(Gen.Choose(0, 3), 3)
                         select (Names: names.Select(name => name.Get).Where(IsText).Distinct().ToArray(), Extents: extents)).ToArbitrary();
        Prop.ForAll(generator, value =>
        {
            var tensors = value.Names.Select((name, i) => (name, Tensor<double>.Full(new Shape(value.Extents.AsSpan(0, i % 4)), i))).ToDictionary(item => item.name, item => item.Item2);
            var read = RoundTrip(tensors, value.Names.ToDictionary(name => name));
            return read.Tensors.Count == tensors.Count && read.Metadata.Count == tensors.Count
                && tensors.All(item => read.Tensors[item.Key].Shape == item.Value.Shape && read.Tensors[item.Key].Span.SequenceEqual(item.Value.Span));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(5, 7));
    }

    private static bool IsText(string text)
    {
        try
        {
            _ = new UTF8Encoding(false, true).GetByteCount(text);
            return text != "__metadata__";
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static SafetensorsContent<T> RoundTrip<T>(Dictionary<string, Tensor<T>> tensors, Dictionary<string, string> metadata)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        stream.Position = 0;
        return SafetensorsFile.Read<T>(stream, "round trip");
    }

    private static int[] Bits(Tensor<float> tensor) => Array.ConvertAll(tensor.Span.ToArray(), BitConverter.SingleToInt32Bits);
}

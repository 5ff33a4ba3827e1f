using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using Diffusion.Data;

namespace Diffusion.Tests.Data;

/// <summary>Small files in the format of MNIST: 5 training images and 3 test images of a counting pattern.</summary>
internal static class SmallMnist
{
    public const int Train = 5, Test = 3;

    public static readonly string[] Names = [MnistDataset.TrainImages, MnistDataset.TrainLabels, MnistDataset.TestImages, MnistDataset.TestLabels];

    public static byte[] Bytes(string name)
    {
        int count = name.StartsWith("train", StringComparison.Ordinal) ? Train : Test;
        return name.Contains("idx3", StringComparison.Ordinal)
            ? Idx([count, 28, 28], [.. Enumerable.Range(0, count * 784).Select(i => (byte)((i * 7) + count))])
            : Idx([count], [.. Enumerable.Range(0, count).Select(i => (byte)((i + count) % 10))]);
    }

    public static byte[] Idx(int[] extents, byte[] data)
    {
        byte[] bytes = new byte[4 + (4 * extents.Length) + data.Length];
        (bytes[2], bytes[3]) = (8, (byte)extents.Length);
        for (int i = 0; i < extents.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), extents[i]);
        data.CopyTo(bytes, 4 + (4 * extents.Length));
        return bytes;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return stream.ToArray();
    }

    public static void Write(string folder, bool gzip = false)
    {
        _ = Directory.CreateDirectory(folder);
        foreach (string name in Names)
            File.WriteAllBytes(Path.Combine(folder, gzip ? name + ".gz" : name), gzip ? Gzip(Bytes(name)) : Bytes(name));
    }

    /// <summary>A data set whose published sums are those of these files.</summary>
    public static MnistDataset Dataset(bool sumsOfArchives = false) => (sumsOfArchives ? MnistDataset.Fashion : MnistDataset.Digits) with
    {
        Files = [.. Names.Select(name => new MnistFile(name, Convert.ToHexStringLower(SHA256.HashData(sumsOfArchives ? Gzip(Bytes(name)) : Bytes(name))), sumsOfArchives))],
    };
}

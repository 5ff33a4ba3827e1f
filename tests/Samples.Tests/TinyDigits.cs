using System.Buffers.Binary;

namespace Diffusion.Samples.Tests;

/// <summary>Small files in the format of MNIST, and the options of a training that takes no time.</summary>
internal static class TinyDigits
{
    /// <summary>A network and a process as small as can be.</summary>
    public static readonly string[] Options = ["--batch", "4", "--widths", "8,8,8,8", "--embedding", "8", "--steps-max", "4", "--seed", "3"];

    /// <summary>Writes the four files into a folder: bars whose place is their label.</summary>
    public static string Write(string folder, int train = 40, int test = 20)
    {
        _ = Directory.CreateDirectory(folder);
        Write(folder, "train", train);
        Write(folder, "t10k", test);
        return folder;
    }

    private static void Write(string folder, string set, int count)
    {
        byte[] images = new byte[16 + (count * 784)], labels = new byte[8 + count];
        Header(images, 0x803, count, 28, 28);
        Header(labels, 0x801, count);
        for (int i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % 10);
            images.AsSpan(16 + (i * 784) + (28 * (4 + (2 * (i % 10)))), 56).Fill((byte)(200 + (i % 50)));
        }

        File.WriteAllBytes(Path.Combine(folder, $"{set}-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(folder, $"{set}-labels-idx1-ubyte"), labels);
    }

    private static void Header(byte[] file, params int[] numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), numbers[i]);
    }
}

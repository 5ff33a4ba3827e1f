using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>Parts of a set, and whole sets as tensors.</summary>
public abstract partial class ImageSet
{
    // What is read at once where a whole set goes through memory.
    private const int Block = 1024;

    /// <summary>Chosen images of this set, in the order given; they stay where they are.</summary>
    /// <param name="indices">Which images, at least one; they are copied.</param>
    /// <exception cref="ArgumentException">No images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the set.</exception>
    public ImageSet Subset(ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
            CheckIndex(index);
        return new Part(this, indices.ToArray());
    }

    /// <summary>The images from <paramref name="from"/> (included) to <paramref name="to"/> (excluded).</summary>
    /// <exception cref="ArgumentException">No images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the set.</exception>
    public ImageSet Range(int from, int to)
    {
        if (from < 0 || to < from || to > Count)
            throw new ArgumentOutOfRangeException(nameof(to), $"Images {from}..{to} are not inside a set of {Count}.");
        return Subset([.. Enumerable.Range(from, to - from)]);
    }

    /// <summary>All images in another order, a permutation drawn with a seed: then a range of them is a random sample.</summary>
    public ImageSet Shuffled(ulong seed) => Subset(new RandomSource(seed).For(Purpose.Data).At(0).Permutation(Count));

    /// <summary>All images as numbers in [-1, 1], [N, H, W, C].</summary>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var images = Tensor<T>.Uninitialized([Count, ImageShape[0], ImageShape[1], ImageShape[2]]);
        foreach (var (from, block) in Blocks<T>())
            images.Rows(from, from + block.Shape[0]).CopyFrom(block);
        return images;
    }

    /// <summary>All images, some at a time, with the index of the first: for what looks at each once. The memory is that of the caller.</summary>
    internal IEnumerable<(int From, Tensor<T> Images)> Blocks<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int from = 0; from < Count; from += Block)
        {
            int[] indices = [.. Enumerable.Range(from, Math.Min(Block, Count - from))];
            var images = Tensor<T>.Uninitialized([indices.Length, ImageShape[0], ImageShape[1], ImageShape[2]]);
            Fill(indices, images);
            yield return (from, images);
        }
    }

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"Image {index} is not inside a set of {Count}.");
    }

    private sealed class Part(ImageSet whole, int[] indices)
        : ImageSet(indices.Length, whole.ImageShape, LabelsOf(whole, indices), whole.ClassNames, Sha256(whole, indices))
    {
        protected override void Read<T>(ReadOnlySpan<int> chosen, Span<T> pixels)
        {
            int[] places = new int[chosen.Length];
            for (int i = 0; i < places.Length; i++)
                places[i] = indices[chosen[i]];
            whole.Read(places, pixels);
        }

        private static int[] LabelsOf(ImageSet whole, int[] indices) => whole.Labels.IsEmpty ? [] : Array.ConvertAll(indices, whole.LabelOf);

        // What the set is and which images they are; their pixels need not be read for it.
        private static byte[] Sha256(ImageSet whole, int[] indices) =>
            SHA256.HashData([.. Encoding.UTF8.GetBytes(whole.Description), .. MemoryMarshal.AsBytes(indices.AsSpan())]);
    }
}

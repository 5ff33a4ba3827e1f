using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Batches of an <see cref="ImageSet"/>, one epoch after another: each image once per epoch, in an order of the epoch's own. The
/// batch of a step depends on the seed, the step and the size of the batch alone, so a resumed run sees what it would have seen.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="set">The images.</param>
public sealed class ImageSource<T>(ImageSet set) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly EpochOrder _order = new(set.Count);
    private int[] _indices = [];

    /// <summary>Whether each image of a batch is mirrored, left to right, with probability 1/2. Default false: not for letters, digits and the like.</summary>
    public bool FlipHorizontally { get; init; }

    /// <inheritdoc/>
    public string Description => FlipHorizontally ? $"{set.Description}, flipped" : set.Description;

    /// <inheritdoc/>
    public int Classes => set.Classes;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, set.ImageShape[0], set.ImageShape[1], set.ImageShape[2]];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        if (x0.Shape != BatchShape(labels.Length))
            throw new ArgumentException($"{labels.Length} images have the shape {BatchShape(labels.Length)}, not {x0.Shape}.", nameof(x0));
        if (_indices.Length != labels.Length)
            _indices = new int[labels.Length];
        _order.Indices(_indices, random);
        set.Fill(_indices, x0);
        var flips = random.For(Purpose.Data);
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = set.LabelOf(_indices[i]);

            // Block 0 of such a stream orders the epoch of the same number.
            if (FlipHorizontally && flips.Block(1, (uint)i).X0 >> 31 != 0)
                Mirror(x0.Span.Slice(i * set.ImageShape.Length, set.ImageShape.Length), set.ImageShape[1], set.ImageShape[2]);
        }
    }

    // [H, W, C] in place: each row's pixels in the other order.
    private static void Mirror(Span<T> image, int width, int channels)
    {
        for (int row = 0; row < image.Length; row += width * channels)
        {
            for (int x = 0; x < width / 2; x++)
            {
                int left = row + (x * channels), right = row + ((width - 1 - x) * channels);
                for (int c = 0; c < channels; c++)
                    (image[left + c], image[right + c]) = (image[right + c], image[left + c]);
            }
        }
    }
}

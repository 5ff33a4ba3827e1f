using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Images picked from a set, uniformly and with replacement, so that a step's batch follows from the step alone. Bytes
/// 0 ... 255 become x_0 in [-1, 1].
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ImageSource<T> : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlyMemory<byte> _pixels, _labels;
    private readonly int _height, _width;
    private readonly T[] _values = new T[256];
    private int[] _picked = [];

    /// <summary>Makes a source of grey images.</summary>
    /// <param name="pixels">The images one after the other, each by rows: N·H·W bytes.</param>
    /// <param name="labels">N labels from 0.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="description">What the images are; see <see cref="Description"/>.</param>
    /// <exception cref="ArgumentException">No images, or lengths that do not fit together.</exception>
    public ImageSource(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, int height, int width, string description)
    {
        if (labels.IsEmpty || pixels.Length != (long)labels.Length * height * width)
            throw new ArgumentException($"{pixels.Length} bytes of pixels and {labels.Length} labels were given for images of {height} x {width}; each label needs one image, and there must be at least one.", nameof(pixels));
        (_pixels, _labels, _height, _width, Description) = (pixels, labels, height, width, description);
        int largest = 0;
        foreach (byte label in labels.Span)
            largest = Math.Max(largest, label);
        Classes = largest + 1;
        for (int i = 0; i < _values.Length; i++)
            _values[i] = T.CreateTruncating((i / 127.5) - 1);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, _height, _width, 1];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, StepRandom random)
    {
        if (_picked.Length != labels.Length)
            _picked = new int[labels.Length];
        random.For(Purpose.Data).Integers(0, _labels.Length, _picked);
        int size = _height * _width;
        for (int i = 0; i < _picked.Length; i++)
        {
            labels[i] = _labels.Span[_picked[i]];
            var image = _pixels.Span.Slice(_picked[i] * size, size);
            var target = x0.Span.Slice(i * size, size);
            for (int p = 0; p < target.Length; p++)
                target[p] = _values[image[p]];
        }
    }
}

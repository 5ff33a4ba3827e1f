using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>Draws the batch of a step.</summary>
/// <param name="random">The streams of the step: all that the batch may depend on, so that a resumed run sees what it would have seen.</param>
/// <param name="x0">Receives the data, [N, ...].</param>
/// <param name="labels">Receives N labels; they are -1, for none, before.</param>
public delegate void BatchDraw<T>(StepRandom random, Tensor<T> x0, Span<int> labels)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Data without an end, drawn by a function of the step: simulations, generators, augmentations.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="description">What the data are: a resumed run must find the same words, so let them change when the data do.</param>
/// <param name="sampleShape">The shape of one sample, such as [32, 32, 3].</param>
/// <param name="draw">Draws a batch.</param>
/// <param name="classes">The number of classes; 0 for data without labels.</param>
public sealed class StreamSource<T>(string description, Shape sampleShape, BatchDraw<T> draw, int classes = 0) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Description { get; } = string.IsNullOrWhiteSpace(description) ? throw new ArgumentException("The description is empty; it says what the data are.", nameof(description)) : description;

    /// <inheritdoc/>
    public int Classes { get; } = classes >= 0 ? classes : throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; accepted is 0 or more.");

    /// <inheritdoc/>
    public Shape BatchShape(int size) => sampleShape.Prepend(size);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A label was drawn that is none of the classes.</exception>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        if (x0.Shape != BatchShape(labels.Length))
            throw new ArgumentException($"{labels.Length} samples have the shape {BatchShape(labels.Length)}, not {x0.Shape}.", nameof(x0));
        labels.Fill(DenoiserArguments.NoLabel);
        draw(random, x0, labels);
        foreach (int label in labels)
        {
            if (label < DenoiserArguments.NoLabel || label >= Classes)
                throw new InvalidOperationException($"The stream '{Description}' drew the label {label}; accepted are {(Classes == 0 ? "" : $"0 to {Classes - 1}, and ")}-1 for none.");
        }
    }
}

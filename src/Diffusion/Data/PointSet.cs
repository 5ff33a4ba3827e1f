using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>Pixel pairs with labels as training data: someone's own points, of whose distribution nothing else is known.</summary>
public sealed partial class PointSet
{
    /// <summary>
    /// The largest absolute value of a pixel. The noise of diffusion has standard deviation 1, so data should be of about that size.
    /// </summary>
    public const float Largest = 1000;

    /// <summary>The most classes.</summary>
    public const int MostClasses = 1000;

    // Line 1 of a file is its header.
    private const int FirstLine = 2;

    /// <summary>A set of the given points and labels, which are not copied.</summary>
    /// <param name="points">[N, 2, 1], N at least 2; finite, at most <see cref="Largest"/> in absolute value.</param>
    /// <param name="labels">[N], each 0 to K - 1, or -1 for a point that is never labelled; every class has a point.</param>
    /// <exception cref="ArgumentException">Anything else; the message names the point.</exception>
    public PointSet(Tensor<float> points, ReadOnlyMemory<int> labels)
    {
        if (points.Shape != [labels.Length, 2, 1])
            throw new ArgumentException($"{labels.Length} points have the shape [{labels.Length}, 2, 1], not {points.Shape}.", nameof(points));
        if (Problem(points, labels.Span, i => $"point {i}") is { } problem)
            throw new ArgumentException(problem, nameof(points));
        (Points, Labels) = (points, labels);
        Classes = 0;
        foreach (int label in labels.Span)
            Classes = Math.Max(Classes, label + 1);
        Description = $"{Count} points, {Classes} classes, sha256 {Hash()}";
    }

    /// <summary>The points, [N, 2, 1].</summary>
    public Tensor<float> Points { get; }

    /// <summary>The labels, [N], -1 where there is none.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>The number of points, N.</summary>
    public int Count => Labels.Length;

    /// <summary>The number of classes K; 0 if no point is labelled.</summary>
    public int Classes { get; }

    /// <summary>N, K and the SHA-256 of all pixels and then all labels (4 bytes each, little-endian): what set this is.</summary>
    public string Description { get; }

    /// <summary>Whether a text is a <see cref="Description"/>.</summary>
    public static bool IsDescription(string text) => DescriptionPattern().IsMatch(text);

    /// <summary>Reads the CSV of <see cref="PointFile"/>: <c>left,right,label</c>.</summary>
    /// <exception cref="InvalidDataException">The file is no such CSV, or holds what this set does not accept; the message names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PointSet Read(string path)
    {
        var (points, labels) = PointFile.ReadCsv<float>(path);
        return Problem(points, labels, i => $"line {i + FirstLine}") is { } problem
            ? throw new InvalidDataException($"{path}: {problem}")
            : new PointSet(points, labels);
    }

    /// <summary>Chosen points, [N, 2, 1], and their labels.</summary>
    /// <param name="indices">Which points, N of them.</param>
    public (Tensor<float> Points, int[] Labels) Select(ReadOnlySpan<int> indices)
    {
        var points = Tensor<float>.Uninitialized([indices.Length, 2, 1]);
        int[] labels = new int[indices.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            Points.Span.Slice(2 * indices[i], 2).CopyTo(points.Span[(2 * i)..]);
            labels[i] = Labels.Span[indices[i]];
        }

        return (points, labels);
    }

    /// <summary>The points of one class, [N, 2, 1]; all points for -1.</summary>
    public Tensor<float> OfClass(int label) => label == DenoiserArguments.NoLabel
        ? Points
        : Select([.. Enumerable.Range(0, Count).Where(i => Labels.Span[i] == label)]).Points;

    private static string? Problem(Tensor<float> points, ReadOnlySpan<int> labels, Func<int, string> name)
    {
        if (labels.Length < 2)
            return $"there {(labels.Length == 1 ? "is 1 point" : "are 0 points")}; at least 2 are needed.";
        for (int i = 0; i < points.Length; i++)
        {
            if (!(Math.Abs(points.Span[i]) <= Largest))
                return $"{name(i / 2)}: the {(i % 2 == 0 ? "left" : "right")} pixel is {points.Span[i]}; accepted are numbers from -{Largest} to {Largest}, and about 1 is best: the noise has standard deviation 1.";
        }

        bool[] seen = new bool[MostClasses];
        int classes = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] is < DenoiserArguments.NoLabel or >= MostClasses)
                return $"{name(i)}: the label is {labels[i]}; accepted are 0 to {MostClasses - 1}, and -1 for none.";
            if (labels[i] >= 0)
                seen[labels[i]] = true;
            classes = Math.Max(classes, labels[i] + 1);
        }

        int missing = seen.AsSpan(0, classes).IndexOf(false);
        return missing < 0 ? null : $"no point has the label {missing}, but one has {classes - 1}; accepted are the labels 0 to K - 1, each of at least one point.";
    }

    private string Hash()
    {
        byte[] bytes = new byte[12 * Count];
        for (int i = 0; i < 2 * Count; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), Points.Span[i]);
        for (int i = 0; i < Count; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * ((2 * Count) + i)), Labels.Span[i]);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    [GeneratedRegex("^[0-9]{1,10} points, [0-9]{1,4} classes, sha256 [0-9a-f]{64}$")]
    private static partial Regex DescriptionPattern();
}

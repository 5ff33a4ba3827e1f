using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// Files of pixel pairs. <c>.csv</c>: a header line, then <c>left,right,label</c> of each point, label -1 where there is
/// none; for trajectories <c>step,t,left,right,label</c>, step 0 being the start. Numbers are written such that they read
/// back exactly, with a point for the decimals and LF line ends. <c>.npy</c>: format version 1.0, [N, 2], little-endian,
/// in the number type of the tensor. Files are written atomically.
/// </summary>
public static class PointFile
{
    private const string PointHeader = "left,right,label", UnlabelledHeader = "left,right", TrajectoryHeader = "step,t,left,right,label";

    /// <summary>Writes points as CSV.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="points">Pixel pairs, [N, 2, 1] or any [N, ...] of two numbers per sample.</param>
    /// <param name="labels">Empty (none), one for all, or N.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or another number of labels.</exception>
    public static void WriteCsv<T>(string path, Tensor<T> points, ReadOnlySpan<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Count(points);
        CheckLabels(labels, count);
        var text = new StringBuilder(PointHeader).Append('\n');
        for (int i = 0; i < count; i++)
            AppendPoint(text, points, i, DenoiserArguments.LabelOf(labels, i));
        WriteText(path, text);
    }

    /// <summary>Writes trajectories as CSV: all points of the start, then all points after each step.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="states">Diffusion times and states, from the start on; see <see cref="Sampling.TrajectoryRecorder{T}"/>.</param>
    /// <param name="labels">Empty (none), one for all, or N.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or another number of labels.</exception>
    public static void WriteTrajectoryCsv<T>(string path, IReadOnlyList<(double Time, Tensor<T> X)> states, ReadOnlySpan<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var text = new StringBuilder(TrajectoryHeader).Append('\n');
        for (int step = 0; step < states.Count; step++)
        {
            var (time, points) = states[step];
            int count = Count(points);
            CheckLabels(labels, count);
            for (int i = 0; i < count; i++)
            {
                _ = text.Append(CultureInfo.InvariantCulture, $"{step},{time:R},");
                AppendPoint(text, points, i, DenoiserArguments.LabelOf(labels, i));
            }
        }

        WriteText(path, text);
    }

    /// <summary>
    /// Reads what <see cref="WriteCsv"/> wrote, and what other tools write: without the column of labels, with labels such as 1.0, and all
    /// else that <see cref="CsvFile"/> takes.
    /// </summary>
    /// <returns>The points [N, 2, 1] and the labels [N], -1 where there is none.</returns>
    /// <exception cref="InvalidDataException">Another header, or a line that cannot be read; the message names file and line.</exception>
    public static (Tensor<T> Points, int[] Labels) ReadCsv<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var csv = new CsvFile(path);
        string header = string.Join(',', csv.Names.Take(4));
        if (header is not (PointHeader or UnlabelledHeader))
            throw new InvalidDataException($"{path}: the first line is '{Excerpt.Of(header)}'; accepted are '{PointHeader}' and '{UnlabelledHeader}'.");
        var pixels = new List<T>();
        var labels = new List<int>();
        while (csv.Read())
        {
            if (labels.Count == 0)
            {
                pixels.EnsureCapacity(2 * csv.EstimatedRows);
                labels.EnsureCapacity(csv.EstimatedRows);
            }

            pixels.Add(csv.Number<T>(0));
            pixels.Add(csv.Number<T>(1));
            labels.Add(header == PointHeader ? Label(csv) : DenoiserArguments.NoLabel);
        }

        var points = Tensor<T>.Uninitialized([labels.Count, 2, 1]);
        CollectionsMarshal.AsSpan(pixels).CopyTo(points.Span);
        return (points, [.. labels]);
    }

    /// <summary>Writes points as NPY, [N, 2], in the number type of the tensor (float32 or float64).</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="points">Pixel pairs, [N, 2, 1] or any [N, ...] of two numbers per sample.</param>
    /// <exception cref="ArgumentException">Not pixel pairs.</exception>
    public static void WriteNpy<T>(string path, Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Count(points), size = typeof(T) == typeof(double) ? 8 : 4;

        byte[] numbers = new byte[2 * count * size];
        for (int i = 0; i < 2 * count; i++)
        {
            if (size == 8)
                BinaryPrimitives.WriteDoubleLittleEndian(numbers.AsSpan(8 * i), double.CreateTruncating(points.Span[i]));
            else
                BinaryPrimitives.WriteSingleLittleEndian(numbers.AsSpan(4 * i), float.CreateTruncating(points.Span[i]));
        }

        NpyFile.Write(path, $"<f{size}", [count, 2], numbers, 2 * count);
    }

    /// <summary>Reads what <see cref="WriteNpy"/> wrote, converted to <typeparamref name="T"/>.</summary>
    /// <returns>The points, [N, 2, 1].</returns>
    /// <exception cref="InvalidDataException">Not [N, 2] of float32 or float64, or of another length.</exception>
    public static Tensor<T> ReadNpy<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (type, shape, values) = NpyFile.Read(path);
        if (type[1] != 'f' || shape.Length != 2 || shape[1] != 2)
            throw new InvalidDataException($"{path}: there is a shape of ({string.Join(", ", shape)}) of '{type}'; accepted is [N, 2] of float32 or float64, such as '<f8'.");
        var points = Tensor<T>.Uninitialized([shape[0], 2, 1]);
        for (int i = 0; i < values.Length; i++)
            points.Span[i] = T.CreateTruncating(values[i]);
        return points;
    }

    // A whole number however it is written.
    private static int Label(CsvFile csv)
    {
        double number = csv.Number<double>(2);
        return number == Math.Floor(number) && number is >= DenoiserArguments.NoLabel and <= int.MaxValue ? (int)number : throw csv.Refusal(2, "a label: a whole number from -1");
    }

    private static int Count<T>(Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        points.Rank > 0 && points.Length == 2 * points.Shape[0] ? points.Shape[0]
            : throw new ArgumentException($"The points have the shape {points.Shape}; accepted are pixel pairs, such as [N, 2, 1].", nameof(points));

    private static void CheckLabels(ReadOnlySpan<int> labels, int count)
    {
        if (labels.Length > 1 && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} points; accepted are none, one for all, or one for each.", nameof(labels));
    }

    private static void AppendPoint<T>(StringBuilder text, Tensor<T> points, int i, int label)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        _ = text.Append(CultureInfo.InvariantCulture, $"{points.Span[2 * i]:R},{points.Span[(2 * i) + 1]:R},{label}\n");

    private static void WriteText(string path, StringBuilder text) => AtomicFile.Write(path, stream =>
    {
        foreach (var chunk in text.GetChunks())
            stream.Write(Encoding.ASCII.GetBytes(chunk.ToArray()));
    });
}

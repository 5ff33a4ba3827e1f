using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// The denoiser that is exact for a set of data and nothing else: x_0 = sum w_i x_i with w = softmax(-|x_t - g x_i|² / (2 S²)), the mean of
/// x_0 given x_t where each point of the set is as likely as each other one (EDM, arXiv:2206.00364, eq. 57 and appendix B.3). No network has a
/// smaller loss on these data. It knows them by heart: what is sampled with it is a point of the set.
/// </summary>
/// <remarks>
/// With a label, the points of that label alone. At S = 0 it is the nearest point, or the mean of several that are as near; the noise is
/// not told there. Computed in double, in blocks of points: two matrix products for each. Thread-safe.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class IdealDenoiser<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The points that are looked at together, unless told.</summary>
    public const int DefaultBlock = 1024;

    // So many samples are weighed together.
    private const int Samples = 512, Rows = 16;

    private readonly Tensor<T> _data;
    private readonly NoiseSchedule _schedule;
    private readonly int _block, _dimensions;

    /// <summary>The points of each label, after all of them: index label + 1.</summary>
    private readonly int[][] _points;

    /// <summary>The ideal denoiser of some data, which are kept, not copied: of a <see cref="PointSet"/> its points, of an <see cref="ImageSet"/> what <see cref="ImageSet.ToTensor"/> gives.</summary>
    /// <param name="data">The data, [N, ...], finite. A point that stands there twice counts twice.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="labels">N labels from 0, -1 for none; empty for data without labels.</param>
    /// <param name="block">How many points are looked at together; results differ by rounding alone.</param>
    /// <exception cref="ArgumentException">No data, a number that is not finite, or labels that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The block is less than 1.</exception>
    public IdealDenoiser(Tensor<T> data, NoiseSchedule schedule, ReadOnlyMemory<int> labels = default, int block = DefaultBlock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        if (data.Rank == 0 || data.Length == 0)
            throw new ArgumentException($"The data have the shape {data.Shape}; at least one point is needed, [N, ...].", nameof(data));
        int count = data.Shape[0], classes = 0;
        if (labels.Length != 0 && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} points; accepted are none, or one for each.", nameof(labels));
        (_data, _schedule, _block, _dimensions) = (data, schedule, block, data.Length / count);
        for (int i = 0; i < data.Length; i++)
        {
            if (!T.IsFinite(data.Span[i]))
                throw new ArgumentException($"Number {i % _dimensions} of point {i / _dimensions} is {data.Span[i]}; data must be finite.", nameof(data));
        }

        foreach (int label in labels.Span)
        {
            classes = label >= DenoiserArguments.NoLabel ? Math.Max(classes, label + 1)
                : throw new ArgumentException($"A label is {label}; accepted are labels from 0, and -1 for none.", nameof(labels));
        }

        ILookup<int, int> byLabel = Enumerable.Range(0, labels.Length).ToLookup(i => labels.Span[i]);
        _points = [[.. Enumerable.Range(0, count)], .. Enumerable.Range(0, classes).Select(label => byLabel[label].ToArray())];
    }

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        if (xt.Length != (long)_dimensions * samples)
            throw new ArgumentException($"x_t has the shape {xt.Shape}; the data of the ideal denoiser have the shape {_data.Shape}, so samples of {_dimensions} numbers are accepted.", nameof(xt));
        foreach (int label in condition.Labels)
        {
            if (label < DenoiserArguments.NoLabel || label >= _points.Length - 1 || _points[label + 1].Length == 0)
                throw new ArgumentOutOfRangeException(nameof(condition), label, $"A label is {label}, which no point of the data has{(_points.Length > 1 ? $"; accepted are labels from 0 to {_points.Length - 2} that some point has, and -1 for none" : "; they have no labels, and -1 for none is accepted")}.");
        }

        var levels = _schedule.LevelsFor(xt, t);
        foreach (var alike in Enumerable.Range(0, samples).GroupBy(condition.LabelOf))
        {
            foreach (int[] rows in alike.Chunk(Samples))
                Means(xt, levels, rows, _points[alike.Key + 1], prediction.Memory);
        }

        // x_0 is told at every level, at S = 0 and in pure noise too.
        prediction.Fill(Parameterisation.X0, levels, xt, prediction.Memory);
    }

    private void Means(Tensor<T> xt, NoiseLevel[] levels, int[] rows, int[] points, Tensor<T> means)
    {
        int d = _dimensions;
        var x = Numbers(xt, rows);
        var posterior = new PosteriorSums(x, Array.ConvertAll(rows, row => levels[levels.Length == 1 ? 0 : row]));
        for (int from = 0; from < points.Length; from += _block)
            posterior.Add(Numbers(_data, points.AsMemory(from, Math.Min(_block, points.Length - from))));
        for (int i = 0; i < rows.Length; i++)
        {
            var mean = means.Span.Slice(d * rows[i], d);
            for (int j = 0; j < d; j++)
                mean[j] = T.CreateTruncating(posterior.Sums.Span[(d * i) + j] / posterior.Total[i]);
        }
    }

    // Chosen samples in double, [n, d].
    private Tensor<double> Numbers(Tensor<T> from, ReadOnlyMemory<int> chosen)
    {
        int d = _dimensions;
        var numbers = Tensor<double>.Uninitialized([chosen.Length, d]);
        Chunks.For(chosen.Length, Rows, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                var row = from.Span.Slice(d * chosen.Span[i], d);
                for (int j = 0; j < d; j++)
                    numbers.Span[(d * i) + j] = double.CreateTruncating(row[j]);
            }
        });
        return numbers;
    }
}

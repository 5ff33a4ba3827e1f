using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>Features [N, D] as rows of doubles.</summary>
internal static class FeatureRows
{
    /// <summary>A copy in double; every number must be finite.</summary>
    public static double[] Of<T>(Tensor<T> features, int least)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (features.Rank != 2 || features.Shape[0] < least || features.Shape[1] < 1)
            throw new ArgumentException($"The features have the shape {features.Shape}; accepted is [N, D] with N at least {least}.", nameof(features));
        double[] rows = new double[features.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = double.CreateTruncating(features.Span[i]);
            if (!double.IsFinite(rows[i]))
                throw new ArgumentException($"Feature {i % features.Shape[1]} of sample {i / features.Shape[1]} is {rows[i]}; features must be finite.", nameof(features));
        }

        return rows;
    }

    /// <summary>Subtracts a point from every row, or where it is null, the mean of the rows; gives what was subtracted.</summary>
    public static double[] Centre(double[] rows, int d, double[]? centre)
    {
        if (centre is null)
        {
            centre = new double[d];
            for (int i = 0; i < rows.Length; i++)
                centre[i % d] += rows[i];
            for (int c = 0; c < d; c++)
                centre[c] /= rows.Length / d;
        }

        for (int i = 0; i < rows.Length; i++)
            rows[i] -= centre[i % d];
        return centre;
    }
}

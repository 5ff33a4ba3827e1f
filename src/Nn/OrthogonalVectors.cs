using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>The process of Gram and Schmidt. Of normal vectors it makes orthonormal ones without a preferred direction.</summary>
internal static class OrthogonalVectors
{
    /// <summary>Makes the rows of a matrix orthonormal, in place; there are no more of them than columns.</summary>
    public static Tensor<double> Of(Tensor<double> vectors)
    {
        int count = vectors.Shape[0];
        for (int i = 0; i < count; i++)
        {
            var vector = vectors.Rows(i, i + 1).Span;

            // Once leaves an error where vectors are nearly parallel; twice is enough (Giraud et al., 2005).
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < i; j++)
                {
                    var other = vectors.Rows(j, j + 1).Span;
                    TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot<double>(vector, other), vector, vector);
                }
            }

            TensorPrimitives.Divide(vector, TensorPrimitives.Norm<double>(vector), vector);
        }

        return vectors;
    }
}

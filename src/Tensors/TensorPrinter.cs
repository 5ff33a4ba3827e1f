using System.Globalization;
using System.Numerics;
using System.Text;

namespace Diffusion.Tensors;

/// <summary>Writes a tensor as its type, shape and nested rows, eliding the middle of long ones.</summary>
internal static class TensorPrinter
{
    private const int Edge = 3;

    public static string Print<T>(Tensor<T> tensor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var text = new StringBuilder();
        _ = text.Append("Tensor<").Append(typeof(T) == typeof(float) ? "float" : typeof(T) == typeof(double) ? "double" : typeof(T).Name)
            .Append("> ").Append(tensor.Shape).Append(tensor.Rank <= 1 ? " " : Environment.NewLine);
        Append(text, tensor, dimension: 0, offset: 0);
        return text.ToString();
    }

    private static void Append<T>(StringBuilder text, Tensor<T> tensor, int dimension, int offset)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (dimension == tensor.Rank)
        {
            _ = text.Append(tensor.Span[offset].ToString("G6", CultureInfo.InvariantCulture));
            return;
        }

        int extent = tensor.Shape[dimension];
        int stride = 1;
        for (int i = dimension + 1; i < tensor.Rank; i++)
            stride *= tensor.Shape[i];
        bool innermost = dimension == tensor.Rank - 1;
        string separator = innermost ? ", " : "," + Environment.NewLine + new string(' ', dimension + 1);

        _ = text.Append('[');
        for (int i = 0; i < extent; i++)
        {
            if (i > 0)
                _ = text.Append(separator);
            if (i == Edge && extent > 2 * Edge)
            {
                _ = text.Append('…');
                i = extent - Edge - 1;
                continue;
            }

            Append(text, tensor, dimension + 1, offset + (i * stride));
        }

        _ = text.Append(']');
    }
}

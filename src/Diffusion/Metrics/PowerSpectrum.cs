namespace Diffusion.Metrics;

/// <summary>The squared magnitudes of the discrete Fourier transform of small square images, by two passes of the definition.</summary>
internal sealed class PowerSpectrum
{
    private readonly int _width;
    private readonly double[] _cos, _sin, _real, _imaginary;

    public PowerSpectrum(int width)
    {
        _width = width;
        (_cos, _sin) = (new double[width * width], new double[width * width]);
        (_real, _imaginary) = (new double[width * width], new double[width * width]);
        for (int k = 0; k < width; k++)
        {
            for (int x = 0; x < width; x++)
                (_sin[(k * width) + x], _cos[(k * width) + x]) = Math.SinCos(-2 * Math.PI * k * x / width);
        }
    }

    /// <summary>The spatial frequency of an entry, in cycles per image.</summary>
    public double Cycles(int entry)
    {
        int v = entry / _width, u = entry % _width;
        (v, u) = (Math.Min(v, _width - v), Math.Min(u, _width - u));
        return Math.Sqrt((v * v) + (u * u));
    }

    /// <summary>|F|^2 of an image [H·W], rows of frequencies v of columns of frequencies u.</summary>
    public void Of(ReadOnlySpan<double> image, Span<double> power)
    {
        for (int y = 0; y < _width; y++)
        {
            var row = image.Slice(y * _width, _width);
            for (int u = 0; u < _width; u++)
            {
                double real = 0, imaginary = 0;
                for (int x = 0; x < _width; x++)
                {
                    real += row[x] * _cos[(u * _width) + x];
                    imaginary += row[x] * _sin[(u * _width) + x];
                }

                (_real[(y * _width) + u], _imaginary[(y * _width) + u]) = (real, imaginary);
            }
        }

        for (int v = 0; v < _width; v++)
        {
            for (int u = 0; u < _width; u++)
            {
                double real = 0, imaginary = 0;
                for (int y = 0; y < _width; y++)
                {
                    double c = _cos[(v * _width) + y], s = _sin[(v * _width) + y];
                    double a = _real[(y * _width) + u], b = _imaginary[(y * _width) + u];
                    real += (a * c) - (b * s);
                    imaginary += (a * s) + (b * c);
                }

                power[(v * _width) + u] = (real * real) + (imaginary * imaginary);
            }
        }
    }
}

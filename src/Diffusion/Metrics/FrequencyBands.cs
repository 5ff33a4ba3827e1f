namespace Diffusion.Metrics;

/// <summary>Small square images filtered to a band of spatial frequencies, by the discrete Fourier transform as it is defined.</summary>
internal sealed class FrequencyBands
{
    private readonly int _width;
    private readonly double[] _cos, _sin;

    public FrequencyBands(int width)
    {
        (_width, _cos, _sin) = (width, new double[width], new double[width]);
        for (int k = 0; k < width; k++)
            (_sin[k], _cos[k]) = Math.SinCos(2 * Math.PI * k / width);
    }

    /// <summary>What an image [H·W] has at each band, given by the least and the most cycles per image; the mean, 0 cycles, belongs to none.</summary>
    public double[][] Of(double[] image, params IReadOnlyList<(double Least, double Most)> bands)
    {
        double[] real = [.. image], imaginary = new double[image.Length];
        Transform(real, imaginary, -1);
        double[][] parts = new double[bands.Count][];
        for (int band = 0; band < parts.Length; band++)
        {
            double[] re = new double[image.Length], im = new double[image.Length];
            for (int p = 1; p < re.Length; p++)
            {
                double cycles = Cycles(p);
                if (cycles >= bands[band].Least && cycles <= bands[band].Most)
                    (re[p], im[p]) = (real[p] / image.Length, imaginary[p] / image.Length);
            }

            Transform(re, im, 1);
            parts[band] = re;
        }

        return parts;
    }

    private double Cycles(int entry)
    {
        int v = entry / _width, u = entry % _width;
        (v, u) = (Math.Min(v, _width - v), Math.Min(u, _width - u));
        return Math.Sqrt((v * v) + (u * u));
    }

    // Rows, then columns, in place.
    private void Transform(double[] real, double[] imaginary, int sign)
    {
        double[] re = new double[_width], im = new double[_width];
        foreach (var (next, stride) in new[] { (_width, 1), (1, _width) })
        {
            for (int line = 0; line < _width; line++)
            {
                for (int k = 0; k < _width; k++)
                {
                    (re[k], im[k]) = (0, 0);
                    for (int x = 0, p = line * next; x < _width; x++, p += stride)
                    {
                        int turn = k * x % _width;
                        double c = _cos[turn], s = sign * _sin[turn];
                        re[k] += (real[p] * c) - (imaginary[p] * s);
                        im[k] += (real[p] * s) + (imaginary[p] * c);
                    }
                }

                for (int k = 0, p = line * next; k < _width; k++, p += stride)
                    (real[p], imaginary[p]) = (re[k], im[k]);
            }
        }
    }
}

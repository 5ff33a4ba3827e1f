namespace Diffusion.TwoPixel.Grade;

/// <summary>Tables of alphas-cumprod A_0 ... A_T, A_0 = 1: the assignment's, and those that slips make of it.</summary>
internal static class GradeLevels
{
    /// <summary>The s of the cosine, and where betas are clipped (arXiv:2102.09672 section 3.2).</summary>
    private const double Offset = 0.008, MostBeta = 0.999;

    /// <summary>The assignment's: the squared cosine, betas clipped.</summary>
    public static double[] Right(int steps) => NoiseSchedule.Cosine(steps).AlphasCumprod.ToArray();

    /// <summary>alpha_t = A_t / A_{t-1} in the place of A_t.</summary>
    public static double[] Alphas(int steps) => NoiseSchedule.Cosine(steps).Alphas.ToArray();

    /// <summary>The cosine without its square, betas clipped.</summary>
    public static double[] NotSquared(int steps) => OfCosine(steps, 1, MostBeta);

    /// <summary>The squared cosine as it is: nothing of the data is left at T.</summary>
    public static double[] NotClipped(int steps) => OfCosine(steps, 2, 1);

    /// <summary>The first entries of the table of more steps.</summary>
    public static double[] FirstOf(int steps, int others) => Right(others)[..(steps + 1)];

    /// <summary>Betas that rise from 1e-4 to 0.02 (DDPM section 4, where T is 1000), in so many steps.</summary>
    public static double[] Linear(int steps, int others) => OfBetas([.. Enumerable.Range(0, steps).Select(i => 1e-4 + ((0.02 - 1e-4) * i / Math.Max(1, others - 1)))]);

    private static double[] OfCosine(int steps, int power, double mostBeta)
    {
        double Function(int t) => Math.Pow(Math.Cos(((double)t / steps + Offset) / (1 + Offset) * Math.PI / 2), power);
        return OfBetas([.. Enumerable.Range(1, steps).Select(t => Math.Min(mostBeta, 1 - (Function(t) / Function(t - 1))))]);
    }

    private static double[] OfBetas(double[] betas)
    {
        double[] levels = new double[betas.Length + 1];
        levels[0] = 1;
        for (int t = 1; t < levels.Length; t++)
            levels[t] = levels[t - 1] * (1 - betas[t - 1]);
        return levels;
    }
}

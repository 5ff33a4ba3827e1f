namespace Diffusion.Tensors.Tests;

/// <summary>
/// How far a fast kernel may be from the textbook in double precision: one place, each with its reason. All are relative
/// to the size of what is compared.
/// </summary>
internal static class Tolerance
{
    /// <summary>The distance of 1 to the next number.</summary>
    public static double Epsilon<T>() => typeof(T) == typeof(float) ? 1.0 / (1 << 23) : Math.Pow(2, -52);

    /// <summary>
    /// A sum of n products. Each addition rounds by half an epsilon of the partial sum, whose size in the mean is at most
    /// <see cref="SizeOfSum"/>, and the errors of random terms grow as the root of their number: a standard error of ε/2·√n times
    /// that size. Eight times it, and some for very short sums. Relative to the largest result, which is of that size, or to the size itself.
    /// </summary>
    public static double Sum<T>(long terms) => Epsilon<T>() * (8 + (4 * Math.Sqrt(terms)));

    /// <summary>
    /// Winograd's algorithms, relative to the largest result: their transforms add and subtract numbers that are up to a
    /// hundred times as large as the result with tiles of 4, and a few times with tiles of 2.
    /// </summary>
    public static double Winograd<T>(int tile) => Epsilon<T>() * (tile == 4 ? 160 : 16);

    /// <summary>One correctly rounded operation, or two of which a processor may fuse.</summary>
    public static double Arithmetic<T>() => 2 * Epsilon<T>();

    /// <summary>Functions made of e^x (2 epsilon) and a few operations more.</summary>
    public static double Function<T>() => 8 * Epsilon<T>();

    /// <summary>
    /// Functions are exact to their own size, however small; but GELU's Φ is 1 + erf, so GELU is exact to the size of x.
    /// </summary>
    public static double ValueFloor(string function) => function == "GELU" ? 4 : 1e-300;

    /// <summary>
    /// Derivatives subtract numbers of size 1, so they are exact to that; SiLU's multiplies 1 - σ(x), which is exact to half
    /// an epsilon, by x (up to 30 here).
    /// </summary>
    public static double GradientFloor(string function) => function == "SiLU" ? 3 : 1;

    /// <summary>
    /// Softmax: e^(x - max), whose argument is rounded relative to x (up to 20 here, so 20 epsilon), over a sum of the row.
    /// </summary>
    public static double Softmax<T>(int columns) => (24 * Epsilon<T>()) + Sum<T>(columns);

    /// <summary>
    /// Group normalisation: a sum over the group, then a quotient by the deviation; gradients subtract numbers of like size,
    /// which costs a few digits more.
    /// </summary>
    public static double GroupNorm<T>(int groupSize) => 4 * Sum<T>(groupSize);

    /// <summary>
    /// A step of Adam: a dozen operations, a root and a quotient, and 1 - β whose rounding 1 - 0.999 magnifies by a thousand
    /// relative to itself; kernel and reference share that number, so only products of it differ.
    /// </summary>
    public static double Adam<T>() => 32 * Epsilon<T>();

    /// <summary>
    /// The size that sums of terms of random sign have on the way: the root of the sum of their squares. What they end with may be far below
    /// it, and the error is not. (The bound for the worst order and signs, n·ε/2·Σ|terms|, is two thousand times as much at 20,000 terms: it would hide what is wrong.)
    /// </summary>
    public static double SizeOfSum(double sumOfSquares) => Math.Sqrt(sumOfSquares);
}

using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Nn;

/// <summary>
/// The first values of weights, as PyTorch chooses them. Each weight has a random stream of its own, by the order in which
/// layers are made: so a layer added at the end changes no other.
/// </summary>
/// <remarks>
/// Shapes are as weights are stored here; fans are counted in PyTorch's order (<see cref="WeightLayouts.Fans"/>). For a
/// layer of one's own: <c>Register("weight", new Parameter&lt;T&gt;(weights.KaimingNormal&lt;T&gt;([3, 8, 16], WeightLayout.Conv1d), WeightLayout.Conv1d))</c>.
/// </remarks>
public sealed class WeightInitializer
{
    // Of this thread: how many numbers weights may still take; null for any.
    [ThreadStatic]
    private static long? t_left;

    private readonly RandomSource? _random;
    private long _next;
    private uint _nextDropout;

    /// <summary>Draws from the source of a run.</summary>
    public WeightInitializer(RandomSource random) => _random = random;

    private WeightInitializer()
    {
    }

    /// <summary>All zeros, for weights that are loaded at once.</summary>
    internal static WeightInitializer Blank { get; } = new();

    /// <summary>Zeros, which take no random stream.</summary>
    public static Tensor<T> Zeros<T>(Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Take(shape);
        return Tensor<T>.Zeros(shape);
    }

    /// <summary>
    /// Makes a network that may have no more than some numbers as weights: one that a file describes, before it is compared with what the file
    /// holds. What it has beyond them is refused before memory is taken.
    /// </summary>
    /// <param name="numbers">The most numbers in all weights; each weight counts as 64 at least, which is the memory that it takes.</param>
    /// <param name="make">Makes the network, on this thread.</param>
    /// <exception cref="InvalidDataException">It has more.</exception>
    public static TNetwork WithAtMost<TNetwork>(long numbers, Func<TNetwork> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        long? before = t_left;
        t_left = numbers;
        try
        {
            return make();
        }
        finally
        {
            t_left = before;
        }
    }

    /// <summary>Uniform in [-bound, bound].</summary>
    public Tensor<T> Uniform<T>(Shape shape, double bound)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Take(shape);
        if (_random is not { } random)
            return Tensor<T>.Zeros(shape);
        var tensor = Tensor<T>.Uninitialized(shape);
        random.For(Purpose.Weights).At(_next++).Uniform(tensor.Span, Math.Max(1, tensor.Length));
        foreach (ref var element in tensor.Span)
            element = T.CreateTruncating(bound) * ((element + element) - T.One);
        return tensor;
    }

    /// <summary>
    /// Uniform in ±1/√fanIn: what Kaiming's initialisation with a = √5 comes to, PyTorch's default for linear and
    /// convolution layers and their biases.
    /// </summary>
    public Tensor<T> FanIn<T>(Shape shape, int fanIn)
        where T : unmanaged, IFloatingPointIeee754<T> => Uniform<T>(shape, 1 / Math.Sqrt(Math.Max(1, fanIn)));

    /// <summary>Normal with mean 0 and a standard deviation.</summary>
    public Tensor<T> Normal<T>(Shape shape, double standardDeviation = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Take(shape);
        if (_random is not { } random)
            return Tensor<T>.Zeros(shape);
        var tensor = Tensor<T>.Uninitialized(shape);
        random.For(Purpose.Weights).At(_next++).Normal(tensor.Span, Math.Max(1, tensor.Length));
        foreach (ref var element in tensor.Span)
            element *= T.CreateTruncating(standardDeviation);
        return tensor;
    }

    /// <summary>Uniform with standard deviation gain/√fan (He et al., arXiv:1502.01852).</summary>
    /// <param name="shape">The shape as the weight is stored.</param>
    /// <param name="layout">How it is stored.</param>
    /// <param name="gain">√2 for ReLU, 1 for none, √(2/(1 + a²)) for LeakyReLU with slope a.</param>
    /// <param name="fanOut">Whether the fan is that of the outputs, which keeps the size of gradients; else that of the inputs.</param>
    /// <exception cref="ArgumentException">The weight has fewer than two dimensions, so no fans.</exception>
    public Tensor<T> KaimingUniform<T>(Shape shape, WeightLayout layout, double gain = 1.4142135623730951, bool fanOut = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Uniform<T>(shape, gain * Math.Sqrt(3.0 / Fan(shape, layout, fanOut)));

    /// <summary>Normal with standard deviation gain/√fan (He et al., arXiv:1502.01852).</summary>
    /// <inheritdoc cref="KaimingUniform{T}"/>
    public Tensor<T> KaimingNormal<T>(Shape shape, WeightLayout layout, double gain = 1.4142135623730951, bool fanOut = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Normal<T>(shape, gain * Math.Sqrt(1.0 / Fan(shape, layout, fanOut)));

    /// <summary>Uniform with standard deviation gain·√(2/(fanIn + fanOut)) (Glorot and Bengio, 2010).</summary>
    /// <param name="shape">The shape as the weight is stored.</param>
    /// <param name="layout">How it is stored.</param>
    /// <param name="gain">5/3 for tanh, 1 for none.</param>
    /// <exception cref="ArgumentException">The weight has fewer than two dimensions, so no fans.</exception>
    public Tensor<T> XavierUniform<T>(Shape shape, WeightLayout layout, double gain = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => Uniform<T>(shape, gain * Math.Sqrt(6.0 / Fans(shape, layout)));

    /// <summary>Normal with standard deviation gain·√(2/(fanIn + fanOut)) (Glorot and Bengio, 2010).</summary>
    /// <inheritdoc cref="XavierUniform{T}"/>
    public Tensor<T> XavierNormal<T>(Shape shape, WeightLayout layout, double gain = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => Normal<T>(shape, gain * Math.Sqrt(2.0 / Fans(shape, layout)));

    /// <summary>
    /// gain times a random orthogonal matrix (Saxe et al., arXiv:1312.6120): the weight in PyTorch's order, seen as a matrix
    /// [first extent, the rest], has orthonormal rows, or columns where there are more rows than columns.
    /// </summary>
    /// <exception cref="ArgumentException">The weight has fewer than two dimensions.</exception>
    public Tensor<T> Orthogonal<T>(Shape shape, WeightLayout layout, double gain = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        _ = WeightLayouts.Fans(shape, layout);
        var there = WeightLayouts.ToPyTorch(shape, layout);
        int rows = there[0], columns = rows == 0 ? 0 : shape.Length / rows;
        var vectors = OrthogonalVectors.Of(Normal<double>([Math.Min(rows, columns), Math.Max(rows, columns)]));
        var weight = Tensor<T>.Uninitialized(there);
        for (int i = 0; i < weight.Length; i++)
        {
            var (row, column) = (i / columns, i % columns);
            weight.Span[i] = T.CreateTruncating(gain * (rows <= columns ? vectors[row, column] : vectors[column, row]));
        }

        return WeightLayouts.FromPyTorch(weight, layout);
    }

    /// <summary>The streams of the next dropout layer, which have numbers of their own: weights are not shifted.</summary>
    internal PurposeRandom NextDropout() => Dropout<float>.StreamsOf(_random ?? default, _nextDropout++);

    private static void Take(Shape shape)
    {
        if (t_left is not { } left)
            return;
        t_left = left -= Math.Max(shape.Length, 64);
        if (left < 0)
            throw new InvalidDataException($"a weight of shape {shape} is more than the network may have: its configuration asks for far more weights than the file holds.");
    }

    private static int Fan(Shape shape, WeightLayout layout, bool fanOut)
    {
        var (into, outOf) = WeightLayouts.Fans(shape, layout);
        return Math.Max(1, fanOut ? outOf : into);
    }

    private static double Fans(Shape shape, WeightLayout layout)
    {
        var (into, outOf) = WeightLayouts.Fans(shape, layout);
        return Math.Max(1, (double)into + outOf);
    }
}

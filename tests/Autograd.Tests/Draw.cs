using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

/// <summary>A function and the point at which its gradients are checked.</summary>
internal sealed record CheckPoint(Func<IReadOnlyList<Variable<double>>, Variable<double>> Function, Tensor<double>[] Inputs);

/// <summary>What a row of the table makes its shapes and numbers from: eight small sizes and a seed.</summary>
internal sealed class Draw(int[] sizes)
{
    private readonly Random _random = new(SeedOf(sizes));

    /// <summary>A number made of the sizes, for what draws by itself.</summary>
    public int Seed => SeedOf(sizes);

    /// <summary>Size number <paramref name="i"/>, at least 1.</summary>
    public int this[int i] => sizes[i];

    /// <summary>Size number <paramref name="i"/> folded into 0 ... count - 1: a choice.</summary>
    public int Choice(int i, int count) => (sizes[i] - 1) % count;

    private static int SeedOf(int[] sizes) => sizes.Aggregate(17, (hash, size) => unchecked((hash * 31) + size));

    public static CheckPoint At(Func<IReadOnlyList<Variable<double>>, Variable<double>> function, params Tensor<double>[] inputs) => new(function, inputs);

    public Tensor<double> Numbers(Shape shape, double from = -1.5, double to = 1.5)
    {
        var tensor = Tensor<double>.Uninitialized(shape);
        foreach (ref double element in tensor.Span)
            element = from + ((to - from) * _random.NextDouble());
        return tensor;
    }

    /// <summary>Numbers of both signs whose absolute value is in one of two ranges: off the kinks at 0 and at 1.</summary>
    public Tensor<double> OffKinks(Shape shape)
    {
        var tensor = Tensor<double>.Uninitialized(shape);
        foreach (ref double element in tensor.Span)
        {
            double size = (_random.Next(2) == 0 ? 0.2 : 1.2) + (0.6 * _random.NextDouble());
            element = _random.Next(2) == 0 ? size : -size;
        }

        return tensor;
    }

    public static Tensor<double> Minus(Tensor<double> x, Tensor<double> y)
    {
        var difference = Tensor<double>.Uninitialized(x.Shape);
        for (int i = 0; i < x.Length; i++)
            difference.Span[i] = x.Span[i] - y.Span[i];
        return difference;
    }

    public int[] Indices(int count, int bound)
    {
        int[] indices = new int[count];
        for (int i = 0; i < count; i++)
            indices[i] = _random.Next(bound);
        return indices;
    }
}

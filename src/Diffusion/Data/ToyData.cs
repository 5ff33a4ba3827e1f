using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// The two-dimensional distributions that papers draw: points of two numbers, each of mean 0 and variance 1 (of the
/// distribution, in closed form, not of the points drawn). Immutable, thread-safe; use one of the static members.
/// </summary>
public sealed class ToyData
{
    // The uniform numbers of a sample are its words 0 to 3, its two normal numbers come of the words 4 and 5.
    private const int Uniforms = 4, Normals = Uniforms + 2, Chunk = 1024;

    private readonly Draw _draw;
    private readonly double _noise;
    private readonly (double X, double Y) _mean, _scale;

    // The points of the shape have this mean and this variance; noise of the deviation _noise is added.
    private ToyData(string name, int classes, double noise, (double X, double Y) mean, (double X, double Y) variance, Draw draw)
    {
        (Name, Classes, _noise, _mean, _draw) = (name, classes, noise, mean, draw);
        _scale = (1 / Math.Sqrt(variance.X + (noise * noise)), 1 / Math.Sqrt(variance.Y + (noise * noise)));
    }

    // Where the shape is at four numbers uniform in [0, 1).
    private delegate (double X, double Y, int Label) Draw(ReadOnlySpan<double> uniform);

    /// <summary>Two half circles that reach into each other, (cos a, sin a) and (1 - cos a, 1/2 - sin a), with noise of deviation 0.05, as scikit-learn's <c>make_moons</c>. Two classes.</summary>
    public static ToyData TwoMoons { get; } = new("moons", 2, 0.05, (0.5, 0.25), (0.75, (9.0 / 16) - (1 / Math.PI)), u =>
    {
        var (sin, cos) = Math.SinCos(Math.PI * u[1]);
        return u[0] < 0.5 ? (cos, sin, 0) : (1 - cos, 0.5 - sin, 1);
    });

    /// <summary>The spiral (a·cos a, a·sin a) with a uniform in [3π/2, 9π/2) and noise of deviation 0.2: scikit-learn's <c>make_swiss_roll</c> seen along its axis. No classes.</summary>
    public static ToyData SwissRoll { get; } = new("swiss-roll", 0, 0.2, (2, 2 / (3 * Math.PI)),
        ((4.875 * Math.PI * Math.PI) - 4.25, (4.875 * Math.PI * Math.PI) + 0.25 - (4 / (9 * Math.PI * Math.PI))), u =>
    {
        double a = Math.PI * (1.5 + (3 * u[1]));
        var (sin, cos) = Math.SinCos(a);
        return (a * cos, a * sin, DenoiserArguments.NoLabel);
    });

    /// <summary>Uniform on every second square of a board of 4 x 4 squares over [-√3, √3)². Eight classes, one for each square.</summary>
    public static ToyData Checkerboard { get; } = new("checkerboard", 8, 0, (0, 0), (4.0 / 3, 4.0 / 3), u =>
    {
        int square = (int)(8 * u[0]), column = square / 2, row = (2 * (square % 2)) + (column % 2);
        return (column + u[1] - 2, row + u[2] - 2, square);
    });

    /// <summary>Circles of radius 1 (class 0) and 1/2 (class 1) with noise of deviation 0.05, as scikit-learn's <c>make_circles</c>. Two classes.</summary>
    public static ToyData Circles { get; } = new("circles", 2, 0.05, (0, 0), (5.0 / 16, 5.0 / 16), u =>
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * u[1]);
        return u[0] < 0.5 ? (cos, sin, 0) : (cos / 2, sin / 2, 1);
    });

    /// <summary>Two spirals of one and a half turns, ±(a·cos a, a·sin a) with a = 3π·√u, and noise of deviation 0.15. Two classes, one for each arm.</summary>
    public static ToyData Spirals { get; } = new("spirals", 2, 0.15, (0, 0),
        ((9 * Math.PI * Math.PI / 4) + 0.75, (9 * Math.PI * Math.PI / 4) - 0.75), u =>
    {
        double a = 3 * Math.PI * Math.Sqrt(u[1]);
        var (sin, cos) = Math.SinCos(a);
        return u[0] < 0.5 ? (a * cos, a * sin, 0) : (-a * cos, -a * sin, 1);
    });

    /// <summary>A grid of 5 x 5 Gaussians of deviation 0.05: the one here whose exact denoiser is known (<see cref="Mixture"/>). 25 classes.</summary>
    public static ToyData Gaussians { get; } = new(Grid());

    // A mixture brings its own moments.
    private ToyData(GaussianMixture mixture)
        : this("gaussians", mixture.LabelCount, 0, (0, 0), (1, 1), _ => default) => Mixture = mixture;

    /// <summary>All of them.</summary>
    public static ImmutableArray<ToyData> All { get; } = [Checkerboard, Circles, Gaussians, TwoMoons, Spirals, SwissRoll];

    /// <summary>The name: moons, swiss-roll, checkerboard, circles, spirals or gaussians.</summary>
    public string Name { get; }

    /// <summary>The number of classes; 0 for data without labels.</summary>
    public int Classes { get; }

    /// <summary>The mixture that these data are; null where they are none.</summary>
    public GaussianMixture? Mixture { get; }

    /// <summary>The data of a name.</summary>
    /// <exception cref="ArgumentException">There are none of this name; the message lists those that there are.</exception>
    public static ToyData Find(string name) => All.FirstOrDefault(data => data.Name == name)
        ?? throw new ArgumentException($"There are no toy data '{name}'; accepted are {string.Join(", ", All.Select(data => data.Name))}.", nameof(name));

    /// <summary>Draws points from the stream <see cref="Purpose.Data"/> of a step.</summary>
    /// <param name="count">N, the number of points.</param>
    /// <param name="random">The streams of the step.</param>
    /// <returns>The points [N, 2, 1] and the labels [N], -1 where there are no classes. Point i does not depend on N.</returns>
    public (Tensor<float> X0, int[] Labels) Sample(int count, StepRandom random) => Sample<float>(count, random.For(Purpose.Data));

    /// <summary>Draws points from a stream.</summary>
    /// <param name="count">N, the number of points.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="firstSample">The number of the first point, for a batch that is cut into parts.</param>
    /// <returns>The points [N, 2, 1] and the labels [N], -1 where there are no classes. Point i does not depend on N.</returns>
    public (Tensor<T> X0, int[] Labels) Sample<T>(int count, RandomStream stream, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x0 = Tensor<T>.Uninitialized([count, 2, 1]);
        int[] labels = new int[count];
        Sample(stream, x0, labels, firstSample);
        return (x0, labels);
    }

    /// <summary>Draws points from a stream into memory that is there already.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="x0">Receives the points: any shape [N, ...] with two numbers for each.</param>
    /// <param name="labels">Receives the N labels.</param>
    /// <param name="firstSample">The number of the first point, for a batch that is cut into parts.</param>
    /// <exception cref="ArgumentException">Not two numbers for each of N labels.</exception>
    public void Sample<T>(RandomStream stream, Tensor<T> x0, Span<int> labels, int firstSample = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Rank == 0 || x0.Shape[0] != labels.Length || x0.Length != 2L * labels.Length)
            throw new ArgumentException($"{labels.Length} points of 2 numbers have a shape such as [{labels.Length}, 2, 1], not {x0.Shape}.", nameof(x0));
        if (Mixture is not null)
        {
            Mixture.Sample(stream, x0, labels, firstSample);
            return;
        }

        int most = Math.Min(Chunk, labels.Length);
        double[] uniform = new double[Uniforms * most], normal = new double[Normals * most];
        for (int from = 0; from < labels.Length; from += Chunk)
        {
            int length = Math.Min(Chunk, labels.Length - from);
            stream.Uniform(uniform.AsSpan(0, Uniforms * length), Uniforms, firstSample + from);
            stream.Normal(normal.AsSpan(0, Normals * length), Normals, firstSample + from);
            for (int i = 0; i < length; i++)
            {
                var (x, y, label) = _draw(uniform.AsSpan(Uniforms * i, Uniforms));
                var z = normal.AsSpan((Normals * i) + Uniforms, 2);
                x0.Span[2 * (from + i)] = T.CreateTruncating((x + (_noise * z[0]) - _mean.X) * _scale.X);
                x0.Span[(2 * (from + i)) + 1] = T.CreateTruncating((y + (_noise * z[1]) - _mean.Y) * _scale.Y);
                labels[from + i] = label;
            }
        }
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    // Means at -2 to 2 times a spacing a have the variance 2a², so 2a² + sigma² = 1.
    private static GaussianMixture Grid()
    {
        const double Sigma = 0.05;
        double spacing = Math.Sqrt((1 - (Sigma * Sigma)) / 2);
        return new GaussianMixture([.. Enumerable.Range(0, 25).Select(k => new MixtureComponent(1.0 / 25, [spacing * ((k % 5) - 2), spacing * ((k / 5) - 2)], Sigma))]);
    }
}

/// <summary>Fresh draws of <see cref="ToyData"/>: the batch of a step depends on the seed and the step alone.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="data">The data.</param>
public sealed class ToySource<T>(ToyData data) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Description => $"toy data '{data.Name}'";

    /// <inheritdoc/>
    public int Classes => data.Classes;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, 2, 1];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random) => data.Sample(random.For(Purpose.Data), x0, labels);
}

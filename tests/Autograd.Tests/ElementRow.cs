using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Tests;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// An operation that works number by number, of one operand or of two that are broadcast. From this one row follow the comparison
/// with the textbook in float and double, the gradient check, special values, thread counts, empty tensors and random graphs.
/// </summary>
/// <param name="Name">What it is called in results.</param>
/// <param name="Call">The operation as a user calls it; one of a single operand does without the second.</param>
/// <param name="Value">The textbook's f(x, y).</param>
/// <param name="DX">Its derivative by x.</param>
/// <param name="DY">Its derivative by y; null where there is one operand.</param>
internal sealed record ElementRow<T>(
    string Name, Func<Variable<T>, Variable<T>, Variable<T>> Call, Func<double, double, double> Value, Func<double, double, double> DX, Func<double, double, double>? DY = null)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Where x is: for gradient checks, whose differences need smooth functions.</summary>
    public (double From, double To) X { get; init; } = (-4, 4);

    /// <summary>Where y is.</summary>
    public (double From, double To) Y { get; init; } = (-1.5, 1.5);

    /// <summary>Where else x is compared with the textbook.</summary>
    public (double From, double To)[] AlsoX { get; init; } = [];

    /// <summary>Kinks and poles in x (or, of two operands, in y), from which gradient checks keep <see cref="Distance"/>.</summary>
    public double[] Kinks { get; init; } = [];

    /// <summary>How far gradient checks keep from kinks and poles.</summary>
    public double Distance { get; init; } = 0.1;

    /// <summary>Whether there is a kink where x = y.</summary>
    public bool IsChoice { get; init; }

    public override string ToString() => Name;

    /// <summary>Numbers for x, or for the second operand: off kinks, and for a choice such that no x is near any y.</summary>
    public Tensor<T> Draw(Shape shape, int seed, bool second = false)
    {
        var (from, to) = second ? Y : X;
        T[] numbers = TestData.Uniform<T>(shape.Length, seed, from, to);
        for (int i = 0; i < numbers.Length; i++)
        {
            double number = double.CreateChecked(numbers[i]);
            if (IsChoice)
                number = (0.4 * Math.Round(number / 0.4)) + (0.02 * number) + (second ? 0.2 : 0);
            else if (second == DY is not null && Kinks.FirstOrDefault(kink => Math.Abs(number - kink) < Distance, double.NaN) is var near && !double.IsNaN(near))
                number += number < near ? -Distance : Distance;
            numbers[i] = T.CreateTruncating(number);
        }

        return Tensor<T>.From(shape, numbers);
    }
}

using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>A derivative along a direction, and how far off it may be.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Value">The derivative, of the shape of what was differentiated.</param>
/// <param name="Error">The largest difference, over all elements, from a derivative of half the step's order of accuracy: an estimate from above of the error.</param>
public sealed record DirectionalDerivative<T>(Tensor<T> Value, double Error)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Derivatives along a direction: of a function (Jacobian times vector) and of its gradient (Hessian times vector), such as
/// score matching needs. Backward passes are not recorded, so these are differences of fourth order,
/// f'(x)·v ≈ (8·(f(x + hv) - f(x - hv)) - (f(x + 2hv) - f(x - 2hv))) / 12h, of values and of exact gradients.
/// </summary>
/// <remarks>
/// The error is about h⁴ times a fifth derivative plus rounding, ε/h with ε the number type's: near 1e-12 of the result in double,
/// 1e-5 in float at the default step. Every result comes with an estimate of it.
/// </remarks>
public static class Derivative
{
    /// <summary>J·v: how the result of a function changes along a direction.</summary>
    /// <param name="function">Given the point on an inference tape, its result, of any shape.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">v, of the shape of x.</param>
    /// <param name="step">h for a direction of length 1 at a point of size 1; by default ε^(1/5).</param>
    /// <exception cref="ArgumentException">Point and direction have different shapes.</exception>
    public static DirectionalDerivative<T> JacobianVectorProduct<T>(Func<Variable<T>, Variable<T>> function, Tensor<T> point, Tensor<T> direction, double? step = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Along(
            x =>
            {
                using var tape = Tape<T>.StartInference();
                return function(tape.Variable(x)).Value.Clone();
            },
            point, direction, step);

    /// <summary>H·v: how the gradient of a function that gives one number changes along a direction.</summary>
    /// <param name="function">Given the point on a tape, a single number.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">v, of the shape of x.</param>
    /// <param name="step">h for a direction of length 1 at a point of size 1; by default ε^(1/5).</param>
    /// <exception cref="ArgumentException">Point and direction have different shapes, or the result is no single number that depends on x.</exception>
    public static DirectionalDerivative<T> HessianVectorProduct<T>(Func<Variable<T>, Variable<T>> function, Tensor<T> point, Tensor<T> direction, double? step = null)
        where T : unmanaged, IFloatingPointIeee754<T> => Along(
            x =>
            {
                using var tape = Tape<T>.Start();
                var input = tape.Variable(x, requiresGradient: true);
                return tape.Gradient(function(input), input).Clone();
            },
            point, direction, step);

    private static DirectionalDerivative<T> Along<T>(Func<Tensor<T>, Tensor<T>> function, Tensor<T> point, Tensor<T> direction, double? step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (point.Shape != direction.Shape)
            throw new ArgumentException($"The point has the shape {point.Shape}, but the direction {direction.Shape}.", nameof(direction));
        double length = double.CreateChecked(direction.Norm()), size = Math.Max(1, double.CreateChecked(point.Norm()) / Math.Sqrt(Math.Max(1, point.Length)));
        double epsilon = typeof(T) == typeof(float) ? 1.2e-7 : 2.2e-16;
        T h = T.CreateChecked(length == 0 ? 1 : (step ?? Math.Pow(epsilon, 0.2)) * size / length);

        Tensor<T> Difference(T distance) => function(point + (distance * direction)) - function(point - (distance * direction));
        Tensor<T> near = Difference(h), far = Difference(h + h);
        T eight = T.CreateChecked(8);
        var value = ((eight * near) - far) / (T.CreateChecked(12) * h);
        var coarse = near / (h + h);
        double error = value.Length == 0 ? 0 : double.CreateChecked((value - coarse).Abs().Max());
        return new(value, error);
    }
}

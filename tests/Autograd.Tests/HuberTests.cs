using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>Huber's loss and smooth L1 at widths other than 1, where a factor of δ too many or too few shows: against their formulas, and by differences.</summary>
public sealed class HuberTests
{
    // On both sides of 0 and of each width that is tried, off the kinks.
    private static readonly double[] Residuals = [-4, -2.6, -1.3, -0.7, -0.2, 0.1, 0.35, 0.9, 1.7, 2.4, 3.1];

    [TestCase(0.25)]
    [TestCase(0.5)]
    [TestCase(2)]
    [TestCase(3.5)]
    public void Huber_has_its_values_and_gradients(double delta) =>
        Compare(
            (x, y) => Loss.Huber(x, y, delta),
            r => Math.Abs(r) <= delta ? r * r / 2 : delta * (Math.Abs(r) - (delta / 2)),
            r => Math.Clamp(r, -delta, delta));

    [TestCase(0.25)]
    [TestCase(0.5)]
    [TestCase(2)]
    [TestCase(3.5)]
    public void Smooth_L1_has_its_values_and_gradients(double beta) =>
        Compare(
            (x, y) => Loss.SmoothL1(x, y, beta),
            r => Math.Abs(r) <= beta ? r * r / (2 * beta) : Math.Abs(r) - (beta / 2),
            r => Math.Clamp(r / beta, -1, 1));

    private static void Compare(Func<Variable<double>, Variable<double>, Variable<double>> loss, Func<double, double> value, Func<double, double> slope)
    {
        int n = Residuals.Length;
        Tensor<double> target = Tensor<double>.Full([n], 0.3), prediction = Tensor<double>.From([n], [.. Residuals.Select(r => r + 0.3)]);
        using var tape = Tape<double>.Start();
        Variable<double> x = tape.Variable(prediction, requiresGradient: true), y = tape.Variable(target, requiresGradient: true);
        var result = loss(x, y);
        Assert.That(result.Value.ToScalar(), Is.EqualTo(Residuals.Average(value)).Within(1e-14));
        tape.Backward(result);
        for (int i = 0; i < n; i++)
        {
            Assert.That(x.Gradient!.Span[i], Is.EqualTo(slope(Residuals[i]) / n).Within(1e-14), $"prediction, residual {Residuals[i]}");
            Assert.That(y.Gradient!.Span[i], Is.EqualTo(-slope(Residuals[i]) / n).Within(1e-14), $"target, residual {Residuals[i]}");
        }

        var report = GradientCheck.Run(v => loss(v[0], v[1]), [prediction, target]);
        Assert.That(report.Passed, report.ToString());
    }
}

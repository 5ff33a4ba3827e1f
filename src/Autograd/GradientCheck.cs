using System.Globalization;
using System.Text;
using Diffusion.Tensors;

namespace Diffusion.Autograd;

/// <summary>How the gradient of one input compares with finite differences.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="RelativeError">The largest error of any element, |analytic - numeric| over the larger of the two, or over a hundredth of the input's largest gradient (at least 1e-4) where both are smaller.</param>
/// <param name="Worst">Where it is: the indices of the element.</param>
/// <param name="Analytic">The gradient that the backward pass gave there.</param>
/// <param name="Numeric">The central difference there.</param>
public sealed record GradientCheckEntry(string Input, Shape Shape, double RelativeError, int[] Worst, double Analytic, double Numeric);

/// <summary>The result of a gradient check: one entry for each input.</summary>
/// <param name="Entries">The inputs, in order.</param>
/// <param name="Tolerance">The largest relative error that passes.</param>
public sealed record GradientCheckReport(IReadOnlyList<GradientCheckEntry> Entries, double Tolerance)
{
    /// <summary>The largest relative error of all inputs; NaN where a gradient is not a number.</summary>
    public double RelativeError => Entries.Count == 0 ? 0 : Entries.Any(e => double.IsNaN(e.RelativeError)) ? double.NaN : Entries.Max(e => e.RelativeError);

    /// <summary>Whether every error is below the tolerance.</summary>
    public bool Passed => RelativeError < Tolerance;

    /// <summary>One line for each input, naming its worst element.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Passed ? "Gradients agree" : "Gradients DISAGREE")
            .Append(CultureInfo.InvariantCulture, $" (tolerance {Tolerance:G2}).");
        foreach (var entry in Entries)
        {
            _ = text.AppendLine().Append(
                CultureInfo.InvariantCulture,
                $"  {entry.Input} {entry.Shape}: relative error {entry.RelativeError:E2} at [{string.Join(", ", entry.Worst)}], backward {entry.Analytic:G9}, difference {entry.Numeric:G9}");
        }

        return text.ToString();
    }
}

/// <summary>
/// Compares the backward pass of a function with central differences in double precision: for the operations of this
/// library, and for yours.
/// </summary>
/// <example>
/// <code>
/// var report = GradientCheck.Run(v => MyOperation(v[0], v[1]), [x, weight]);
/// if (!report.Passed) Console.WriteLine(report);
/// </code>
/// </example>
public static class GradientCheck
{
    /// <summary>Checks every element of every input.</summary>
    /// <param name="function">The function: given the inputs on a tape, its result, of any shape.</param>
    /// <param name="inputs">The point at which to check. Keep it off kinks and poles by more than the step.</param>
    /// <param name="names">What to call the inputs; by default "input 0" and so on.</param>
    /// <param name="step">Half the distance of the two points of a difference, times max(1, |x|).</param>
    /// <param name="tolerance">The largest relative error that passes.</param>
    /// <remarks>
    /// A result of several numbers is made one by the fixed weights u, Σ u·f(x), whose gradient is what the backward pass
    /// gives from u. The error of a central difference is f'''·step²/6 plus rounding of about 1e-16/step: near 1e-10 here.
    /// </remarks>
    public static GradientCheckReport Run(
        Func<IReadOnlyList<Variable<double>>, Variable<double>> function,
        IReadOnlyList<Tensor<double>> inputs,
        IReadOnlyList<string>? names = null,
        double step = 1e-5,
        double tolerance = 1e-6)
    {
        var points = inputs.Select(input => input.Clone()).ToArray();
        var gradients = Analytic(function, points, out double[] weights);
        var entries = new List<GradientCheckEntry>();
        for (int i = 0; i < points.Length; i++)
        {
            string name = names is not null && i < names.Count ? names[i] : string.Create(CultureInfo.InvariantCulture, $"input {i}");
            entries.Add(Compare(function, points, i, gradients[i], weights, step, name));
        }

        return new GradientCheckReport(entries, tolerance);
    }

    /// <summary>Checks every element of every input and throws where one is wrong.</summary>
    /// <exception cref="InvalidOperationException">A gradient is wrong; the message is the report.</exception>
    public static void Require(Func<IReadOnlyList<Variable<double>>, Variable<double>> function, params IReadOnlyList<Tensor<double>> inputs)
    {
        var report = Run(function, inputs);
        if (!report.Passed)
            throw new InvalidOperationException(report.ToString());
    }

    private static Tensor<double>[] Analytic(
        Func<IReadOnlyList<Variable<double>>, Variable<double>> function, Tensor<double>[] points, out double[] weights)
    {
        using var tape = Tape<double>.Start();
        var variables = Array.ConvertAll(points, point => tape.Variable(point, requiresGradient: true));
        var result = function(variables);
        weights = Weights(result.Shape.Length);
        if (result.RequiresGradient)
            tape.Backward(result, Tensor<double>.From(result.Shape, weights));
        return Array.ConvertAll(variables, variable => variable.Gradient?.Clone() ?? Tensor<double>.Zeros(variable.Shape));
    }

    private static GradientCheckEntry Compare(
        Func<IReadOnlyList<Variable<double>>, Variable<double>> function,
        Tensor<double>[] points, int input, Tensor<double> gradient, double[] weights, double step, string name)
    {
        var entry = new GradientCheckEntry(name, points[input].Shape, 0, new int[points[input].Rank], 0, 0);
        double floor = 1e-4;
        foreach (double element in gradient.Span)
            floor = double.IsFinite(element) ? Math.Max(floor, Math.Abs(element) / 100) : floor;
        for (int i = 0; i < points[input].Length; i++)
        {
            double x = points[input].Span[i], h = step * Math.Max(1, Math.Abs(x));
            points[input].Span[i] = x + h;
            double above = Projected(function, points, weights);
            points[input].Span[i] = x - h;
            double below = Projected(function, points, weights);
            points[input].Span[i] = x;

            double analytic = gradient.Span[i], numeric = (above - below) / (2 * h);
            double error = Math.Abs(analytic - numeric) / Math.Max(floor, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
            if (error > entry.RelativeError || double.IsNaN(error) || i == 0)
                entry = entry with { RelativeError = error, Worst = Indices(i, points[input].Shape), Analytic = analytic, Numeric = numeric };
            if (double.IsNaN(error))
                break;
        }

        return entry;
    }

    private static double Projected(Func<IReadOnlyList<Variable<double>>, Variable<double>> function, Tensor<double>[] points, double[] weights)
    {
        using var tape = Tape<double>.StartInference();
        var result = function(Array.ConvertAll(points, point => tape.Variable(point))).Value.Span;
        double sum = 0;
        for (int i = 0; i < result.Length; i++)
            sum += weights[i] * result[i];
        return sum;
    }

    // Weights of different sizes and signs, between 0.5 and 1.5 in absolute value.
    private static double[] Weights(int length)
    {
        double[] weights = new double[length];
        for (int i = 0; i < length; i++)
            weights[i] = (i % 2 == 0 ? 1 : -1) * (0.5 + (i * 0.6180339887498949 % 1));
        return weights;
    }

    private static int[] Indices(int offset, Shape shape)
    {
        int[] indices = new int[shape.Rank];
        for (int i = shape.Rank - 1; i >= 0; i--)
            (offset, indices[i]) = (offset / shape[i], offset % shape[i]);
        return indices;
    }
}

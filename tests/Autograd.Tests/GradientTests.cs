using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Diffusion.Tensors;
using Diffusion.Tensors.Tests;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Check = Diffusion.Tensors.Tests.Check;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// Every operation's backward pass against central differences in double precision, over fixed and generated shapes. The
/// table of what was checked is the output of a test:
/// <code>dotnet test --project tests/Autograd.Tests -c Release --filter TestCategory=Gradients --output Detailed</code>
/// </summary>
[Category("Gradients")]
public sealed class GradientTests
{
    /// <summary>
    /// Relative. A central difference with a step of 1e-5 is wrong by its step squared times a third derivative, about
    /// 1e-10, and by rounding, about 1e-11: what is beyond 1e-6 is a wrong formula.
    /// </summary>
    private const double Allowed = 1e-6;

    private static readonly int[][] FixedSizes =
    [
        [1, 1, 1, 1, 1, 1, 1, 1],
        [2, 3, 4, 1, 2, 3, 2, 3],
        [3, 2, 1, 4, 3, 2, 1, 2],
        [4, 1, 3, 3, 1, 4, 3, 1],
        [5, 17, 3, 2, 2, 5, 4, 9],
    ];

    private static readonly int[] LargeSizes = [12, 35, 18, 9, 8, 11, 7, 10];

    private static readonly int[] ManySizes = [133, 131, 7, 6, 8, 11, 7, 10];

    private static readonly ConcurrentDictionary<GradientRow, Lazy<RowResult>> Results = new();

    private static IEnumerable<TestCaseData> Rows() => GradientTable.Rows.Select(row => new TestCaseData(row).SetArgDisplayNames(row.Operation));

    [TestCaseSource(nameof(Rows))]
    public void Backward_agrees_with_finite_differences(object row)
    {
        if (Result((GradientRow)row).Failure is { } failure)
            throw failure;
    }

    // ⟨u, J·v⟩ by one central difference along v, against ⟨J'·u, v⟩ by one backward pass: cheap at any size.
    [TestCaseSource(nameof(Rows))]
    public void Projections_agree_at_larger_sizes(object row)
    {
        var point = GradientRow.Accumulating(((GradientRow)row).Build(new Draw(LargeSizes)));
        var draw = new Draw([.. LargeSizes.Reverse()]);
        var directions = Array.ConvertAll(point.Inputs, input => draw.Numbers(input.Shape));

        using var tape = Tape<double>.Start();
        var inputs = Array.ConvertAll(point.Inputs, input => tape.Variable(input, requiresGradient: true));
        var result = point.Function(inputs);
        var u = draw.Numbers(result.Shape);
        tape.Backward(result, u);
        double analytic = 0, size = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            for (int j = 0; j < inputs[i].Shape.Length; j++)
            {
                double term = inputs[i].Gradient!.Span[j] * directions[i].Span[j];
                analytic += term;
                size += Math.Abs(term);
            }
        }

        const double Step = 1e-5;
        double numeric = (Along(point, directions, Step, u) - Along(point, directions, -Step, u)) / (2 * Step);
        Assert.That(analytic, Is.EqualTo(numeric).Within(Allowed * size), $"⟨J'·u, v⟩ against ⟨u, J·v⟩, {analytic:R} and {numeric:R}");
    }

    // With gradients asked of one input alone, it is the same to the bit, and the others get none.
    [TestCaseSource(nameof(Rows))]
    public void Each_input_alone_gets_the_same_gradient(object row)
    {
        var point = ((GradientRow)row).Build(new Draw(FixedSizes[1]));
        double[][] together = Gradients(point, _ => true);
        for (int i = 0; i < point.Inputs.Length; i++)
        {
            double[][] alone = Gradients(point, input => input == i);
            for (int j = 0; j < alone.Length; j++)
                Assert.That(alone[j], j == i ? Is.EqualTo(together[j]) : Is.Empty, $"{((GradientRow)row).Inputs[j]} where {((GradientRow)row).Inputs[i]} alone is wanted");
        }
    }

    // Forward and backward, at sizes at which much is cut up into tasks.
    [TestCaseSource(nameof(Rows))]
    public void One_two_and_three_threads_give_the_same_bits(object row)
    {
        double[] Run(int threads)
        {
            using var scope = new ThreadCountScope(threads);
            var point = ((GradientRow)row).Build(new Draw(ManySizes));
            using var tape = Tape<double>.Start();
            var inputs = Array.ConvertAll(point.Inputs, input => tape.Variable(input, requiresGradient: true));
            var result = point.Function(inputs);
            tape.Backward(result, Tensor<double>.Full(result.Shape, 1));
            return [.. result.Value.Span, .. inputs.SelectMany(input => input.Gradient!.Span.ToArray())];
        }

        double[] alone = Run(1);
        Check.Same<double>(Run(2), alone, "2 threads against 1");
        Check.Same<double>(Run(3), alone, "3 threads against 1");
    }

    [Test]
    public void Every_operation_and_every_function_is_in_the_table()
    {
        var seen = new HashSet<string>();
        foreach (var row in GradientTable.Rows)
        {
            foreach (int[] sizes in FixedSizes)
            {
                var point = row.Build(new Draw(sizes));
                using var tape = Tape<double>.Start();
                _ = point.Function(Array.ConvertAll(point.Inputs, input => tape.Variable(input, requiresGradient: true)));
                Library.Collect(tape, seen);
            }
        }

        Assert.That(Library.Parts.Count(), Is.GreaterThan(50), "operations and functions found");
        string[] missing = [.. Library.Parts.Select(type => type.Name).Where(name => !seen.Contains(name))];
        Assert.That(missing, Is.Empty, "without a gradient check; give each a row in GradientTable");
    }

    [Test]
    public void Table_of_all_checks()
    {
        var text = new StringBuilder().AppendLine()
            .AppendLine($"{"operation",-30} {"input",-12} {"shapes",6} {"worst relative error",22}")
            .AppendLine(new string('-', 73));
        foreach (var row in GradientTable.Rows)
        {
            var result = Result(row);
            for (int i = 0; i < row.Inputs.Length; i++)
                _ = text.AppendLine(CultureInfo.InvariantCulture, $"{(i == 0 ? row.Operation : ""),-30} {row.Inputs[i],-12} {result.Shapes,6} {result.Worst[i],22:E2}{(result.Failure is null ? "" : "  FAILED")}");
        }

        TestContext.Out.WriteLine(text.ToString());
    }

    private static RowResult Result(GradientRow row) => Results.GetOrAdd(row, row => new(() => Verify(row))).Value;

    // A row over all its shapes, once; whoever asks again gets the same result.
    private static RowResult Verify(GradientRow row)
    {
        var result = new RowResult(row.Inputs.Length);
        try
        {
            foreach (int[] sizes in FixedSizes)
                Verify(row, sizes, result);
            var any = Gen.ArrayOf(Gen.Choose(1, 4), 8).ToArbitrary();
            Prop.ForAll(any, sizes => Verify(row, sizes, result)).Check(Config.QuickThrowOnFailure.WithMaxTest(20).WithReplay(3, 5));
        }
        catch (Exception failure)
        {
            result.Failure = failure;
        }

        return result;
    }

    private static void Verify(GradientRow row, int[] sizes, RowResult result)
    {
        var point = row.Build(new Draw(sizes));
        result.Shapes++;
        List<(string How, CheckPoint Point)> ways = [("", point), (", added to gradients", GradientRow.Accumulating(point))];
        for (int i = 0; i < row.Inputs.Length && row.Inputs.Length > 1; i++)
            ways.Add(($", added to a gradient of {row.Inputs[i]}", GradientRow.Accumulating(point, only: i)));
        foreach (var (how, way) in ways)
        {
            var report = GradientCheck.Run(way.Function, way.Inputs, row.Inputs, tolerance: Allowed);
            for (int i = 0; i < report.Entries.Count; i++)
                result.Worst[i] = double.IsNaN(report.Entries[i].RelativeError) ? double.NaN : Math.Max(result.Worst[i], report.Entries[i].RelativeError);
            if (!report.Passed)
                throw new AssertionException($"{row.Operation}{how}, sizes [{string.Join(", ", sizes)}]: {report}");
        }
    }

    private static double Along(CheckPoint point, Tensor<double>[] directions, double step, Tensor<double> u)
    {
        using var tape = Tape<double>.StartInference();
        var moved = new Variable<double>[point.Inputs.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            var input = point.Inputs[i].Clone();
            for (int j = 0; j < input.Length; j++)
                input.Span[j] += step * directions[i].Span[j];
            moved[i] = tape.Variable(input);
        }

        var result = point.Function(moved).Value;
        double sum = 0;
        for (int i = 0; i < result.Length; i++)
            sum += u.Span[i] * result.Span[i];
        return sum;
    }

    private static double[][] Gradients(CheckPoint point, Func<int, bool> wanted)
    {
        using var tape = Tape<double>.Start();
        var inputs = point.Inputs.Select((input, i) => tape.Variable(input, wanted(i))).ToArray();
        var result = point.Function(inputs);
        tape.Backward(result, Tensor<double>.Full(result.Shape, 1));
        return Array.ConvertAll(inputs, input => input.Gradient?.Span.ToArray() ?? []);
    }

    private sealed class RowResult(int inputs)
    {
        public int Shapes { get; set; }

        public double[] Worst { get; } = new double[inputs];

        public Exception? Failure { get; set; }
    }
}

using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Operations;

/// <summary>Reductions and what goes along a dimension, against loops over indices; golden numbers by hand.</summary>
public sealed class ReductionOperationTests
{
    private static readonly Tensor<double> X = Tensor<double>.From([2, 3], 1, 5, 3, 4, 2, 6);

    private static readonly (Shape Shape, int[] Axes)[] Cases =
    [
        ([7], [0]), ([5, 101], [1]), ([5, 101], [0]), ([300, 33], [0]), ([4, 3, 9], [1]), ([4, 3, 9], [0, 2]), ([4, 3, 9], [0, 1]), ([4, 130, 3, 2], [0, 2]),
        ([2, 3, 4, 5, 2, 3], [1, 3, 5]), ([3, 20_000], [1]), ([3, 1, 4], [1]), ([2, 3], []), ([2, 9000, 3], [0, 1]), ([1, 5], [0, 1]),
    ];

    [Test]
    public void Any_dimensions_agree_with_loops()
    {
        foreach (var (shape, axes) in Cases)
        {
            var x = Tensor<double>.From(shape, TestData.Uniform<double>(shape.Length, 1));
            Axes over = Axes.Create(Array.ConvertAll(axes, i => (Index)i));
            var groups = Enumerable.Range(0, shape.Length).GroupBy(i => string.Join(',', Reference.Strided.Indices(shape, i).Where((_, d) => !axes.Contains(d))), i => x.Span[i]).Select(g => g.ToArray()).ToArray();
            void Compare(string name, Tensor<double> actual, Func<double[], double> expected)
            {
                Assert.That(actual.Shape, Is.EqualTo(new Shape([.. shape.ToArray().Where((_, d) => !axes.Contains(d))])), name);
                Check.Close<double>(actual.Span, Array.ConvertAll(groups, g => expected(g)), 1e-12, $"{name} of {shape} over {string.Join(',', axes)}", floor: 1);
            }

            Compare("sum", x.Sum(over), g => g.Sum());
            Compare("mean", x.Mean(over), g => g.Average());
            Compare("max", x.Max(over), g => g.Max());
            Compare("min", x.Min(over), g => g.Min());
            Compare("var", x.Var(over, correction: 0), g => g.Average(v => Math.Pow(v - g.Average(), 2)));
            Compare("std", x.Std(over, correction: 0), g => Math.Sqrt(g.Average(v => Math.Pow(v - g.Average(), 2))));
            Compare("norm", x.Norm(over), g => Math.Sqrt(g.Sum(v => v * v)));
            Compare("norm 1", x.Norm(over, 1), g => g.Sum(Math.Abs));
            Compare("norm 3", x.Norm(over, 3), g => Math.Cbrt(g.Sum(v => Math.Pow(Math.Abs(v), 3))));
            Compare("norm inf", x.Norm(over, double.PositiveInfinity), g => g.Max(Math.Abs));
            Compare("log-sum-exp", x.LogSumExp(over), g => Math.Log(g.Sum(Math.Exp)));
        }
    }

    [Test]
    public void Lines_agree_with_loops()
    {
        foreach (Shape shape in new Shape[] { [7], [5, 101], [4, 3, 9], [130, 70], [2, 3, 1, 4] })
        {
            for (int d = 0; d < shape.Rank; d++)
            {
                var x = Tensor<double>.From(shape, Array.ConvertAll(TestData.Uniform<double>(shape.Length, 1), v => Math.Round(v * 4)));
                int at = d;
                var lines = Enumerable.Range(0, shape.Length).GroupBy(i => string.Join(',', Reference.Strided.Indices(shape, i).Where((_, k) => k != at))).Select(g => g.ToArray()).ToArray();
                void Compare(string name, Tensor<double> actual, Func<double[], double[]> expected)
                {
                    double[] all = new double[shape.Length];
                    foreach (int[] line in lines)
                    {
                        double[] result = expected(Array.ConvertAll(line, i => x.Span[i]));
                        for (int i = 0; i < line.Length; i++)
                            all[line[i]] = result[i];
                    }

                    Check.Close<double>(actual.Span, all, 1e-12, $"{name} of {shape} over {at}", floor: 1);
                }

                Compare("cumulative sum", x.CumSum(at), line => [.. line.Select((_, i) => line[..(i + 1)].Sum())]);
                Compare("softmax", x.Softmax(at), line => Array.ConvertAll(line, v => Math.Exp(v) / line.Sum(Math.Exp)));
                Compare("log-softmax", x.LogSoftmax(at), line => Array.ConvertAll(line, v => v - Math.Log(line.Sum(Math.Exp))));
                Compare("sort", x.Sort(at).Values, line => [.. line.Order()]);
                Compare("order", ToNumbers(x.Sort(at, descending: true).Indices), line => [.. line.Select((v, i) => (v, i)).OrderByDescending(p => p.v).Select(p => (double)p.i)]);
                Assert.That(x.ArgMax(at).Span.ToArray(), Is.EqualTo(lines.Select(line => Array.IndexOf(Array.ConvertAll(line, i => x.Span[i]), line.Max(i => x.Span[i])))));
                Assert.That(x.ArgMin(at).Span.ToArray(), Is.EqualTo(lines.Select(line => Array.IndexOf(Array.ConvertAll(line, i => x.Span[i]), line.Min(i => x.Span[i])))));
                var (values, indices) = x.TopK(Math.Min(2, shape[at]), at);
                Assert.That(x.Gather(at, indices).Span.ToArray(), Is.EqualTo(values.Span.ToArray()));
                Assert.That(values.Span.ToArray(), Is.EqualTo(x.Sort(at, descending: true).Values.Slice(at, 0, Math.Min(2, shape[at])).Span.ToArray()));
            }
        }
    }

    [Test]
    public void Dimensions_stay_on_demand() => Assert.Multiple(() =>
    {
        Assert.That(X.Sum(^1, keepDimensions: true).Shape, Is.EqualTo(new Shape(2, 1)));
        Assert.That(X.Var(0, keepDimensions: true).Shape, Is.EqualTo(new Shape(1, 3)));
        Assert.That(X.ArgMax(0, keepDimension: true).Shape, Is.EqualTo(new Shape(1, 3)));
        Assert.That(X.Max([0, ^1]).Shape, Is.EqualTo(new Shape()));
        Assert.That(X.Var(1).Span.ToArray(), Is.EqualTo([4.0, 4.0]), "unbiased");
        Assert.That((X.Var(), X.Norm()), Is.EqualTo((3.5, Math.Sqrt(91))));
        Assert.That(X.Std(), Is.EqualTo(Math.Sqrt(3.5)));
    });

    [Test]
    public void NaN_infinities_and_nothing_follow_PyTorch() => Assert.Multiple(() =>
    {
        double inf = double.PositiveInfinity, nan = double.NaN;
        var x = Tensor<double>.From([3, 20], [.. Enumerable.Range(0, 60).Select(i => i == 7 || i == 9 ? nan : i % 5)]);
        Assert.That(x.Max(1).Span.ToArray(), Is.EqualTo([nan, 4, 4]));
        Assert.That(x.Min(0).Span.ToArray().Select(double.IsNaN), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i is 7 or 9)));
        Assert.That(x.Max(0).Span.ToArray().Select(double.IsNaN), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i is 7 or 9)));
        Assert.That(x.ArgMax(1).Span.ToArray(), Is.EqualTo([7, 4, 4]));
        Assert.That(x.ArgMin(1).Span.ToArray(), Is.EqualTo([7, 0, 0]));
        Assert.That(x.Sort(1).Indices.Span[18..20].ToArray(), Is.EqualTo([7, 9]), "NaN last");
        Assert.That(x.TopK(2, 1).Indices.Span[..2].ToArray(), Is.EqualTo([7, 9]), "NaN first");
        var (largest, place) = Tensor<double>.From([3], 1, 3, 2).TopK(1, 0);
        Assert.That((largest[0], place.Span[0]), Is.EqualTo((3.0, 1)), "one number of all");
        Assert.That(Tensor<double>.From([2], -inf, -inf).LogSumExp(0).ToScalar(), Is.EqualTo(-inf));
        Assert.That(Tensor<double>.From([2], inf, 0).LogSumExp(0).ToScalar(), Is.EqualTo(inf));
        Assert.That(Tensor<double>.From([2], 1000, 1000).LogSumExp(0).ToScalar(), Is.EqualTo(1000 + Math.Log(2)).Within(1e-12));
        var none = Tensor<double>.Zeros([2, 0]);
        Assert.That(none.Sum(1).Span.ToArray(), Is.EqualTo([0.0, 0]));
        Assert.That(none.Sum(0).Shape, Is.EqualTo(new Shape(0)));
        Assert.That(none.Mean(1).Span.ToArray(), Is.EqualTo([nan, nan]));
        Assert.That(Tensor<double>.Ones([2, 1]).Var(1).Span.ToArray(), Is.EqualTo([nan, nan]));
        Assert.That(none.LogSumExp(1).Span.ToArray(), Is.EqualTo([-inf, -inf]));
        Assert.That((none.Softmax(0).Shape, none.CumSum(1).Shape, none.Sort(1).Values.Shape), Is.EqualTo((none.Shape, none.Shape, none.Shape)));
        Assert.That(none.ArgMax(0).Shape, Is.EqualTo(new Shape(0)));
    });

    [Test]
    public void Errors_name_what_is_wrong() => Assert.Multiple(() =>
    {
        Assert.That(() => X.Sum(2), Throws.InstanceOf<ArgumentException>().With.Message.Contains("[2, 3] has 2 dimensions, and 2 is none"));
        Assert.That(() => X.Sum([1, ^1]), Throws.InstanceOf<ArgumentException>().With.Message.Contains("named twice"));
        Assert.That(() => Tensor<double>.Zeros([2, 0]).Max(1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("Dimension 1 of [2, 0] is empty"));
        Assert.That(() => Tensor<double>.Zeros([2, 0]).ArgMin(1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("empty"));
        Assert.That(() => X.TopK(4, 1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("has 3 numbers"));
        Assert.That(() => X.Norm(0, -1), Throws.InstanceOf<ArgumentException>().With.Message.Contains("above 0"));
    });

    private static Tensor<double> ToNumbers(IndexTensor indices) => Tensor<double>.From(indices.Shape, Array.ConvertAll(indices.Span.ToArray(), i => (double)i));
}

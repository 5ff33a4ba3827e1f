using System.Numerics;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
[Category("Kernels")]
public sealed class LinesTests<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static IEnumerable<Axis> Axes() => [new(1, 1, 1), new(7, 5, 1), new(4, 33, 7), new(3, 100, 1), new(1, 20, 65), new(2, 9000, 1), new(3, 4000, 2), new(0, 5, 0), new(5, 0, 0)];

    [TestCaseSource(nameof(Axes))]
    public void Lines_agree_with_the_reference(object of)
    {
        var axis = (Axis)of;
        var (outer, extent, inner) = axis;
        int length = outer * extent * inner, lines = outer * inner;

        // Few different numbers, so that some are equal.
        T[] x = Array.ConvertAll(TestData.Uniform<T>(length, 1), value => T.Round(value * T.CreateChecked(9)));
        double[] exact = x.ToDouble();
        foreach (bool turned in (bool[])[false, true])
        {
            string what = $"{axis}, {turned}";
            if (extent > 0)
            {
                int[] found = new int[lines], best = new int[lines];
                Lines.Run<ExtremeLine<T>, T>(new(smallest: turned), axis, 1, new Guarded<T>(x).Span, [], found);
                Reference.Lines.ArgMax<double>(outer, extent, inner, exact, best, turned);
                Assert.That(found, Is.EqualTo(best), what);
            }

            // Sums of whole numbers are exact, but these are long.
            T[] fractions = TestData.Uniform<T>(length, 2);
            Guarded<T> y = Guarded<T>.ForOutput(length);
            double[] sums = TestData.OtherGarbage(length);
            if (length <= 2000)
            {
                Lines.Run<CumulativeLine<T>, T>(new(backwards: turned), axis, extent, new Guarded<T>(fractions).Span, y.Span, []);
                Reference.Lines.CumSum<double>(outer, extent, inner, fractions.ToDouble(), sums, turned);
                Check.Close(y, sums, Tolerance.Sum<T>(extent), $"cumulative sum of {what}", floor: 1);
            }

            foreach (int keep in (int[])[extent, extent / 3])
            {
                y = Guarded<T>.ForOutput(lines * keep);
                double[] sorted = TestData.OtherGarbage(lines * keep);
                int[] order = new int[lines * keep], expected = new int[lines * keep];
                Lines.Run<SortLine<T>, T>(new(turned, keep), axis, keep, new Guarded<T>(x).Span, y.Span, order);
                Reference.Lines.Sort<double>(outer, extent, inner, keep, turned, exact, sorted, expected);
                Check.Close(y, sorted, 0, $"{keep} in order of {what}");
                Assert.That(order, Is.EqualTo(expected), what);
            }
        }
    }
}

using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>NumPy's broadcasting: shapes are aligned at their last dimensions, and an extent of 1, or none, is repeated.</summary>
internal static class Broadcasting
{
    /// <summary>The shape that both can be broadcast to.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Shape Common(Shape x, Shape y)
    {
        int rank = Math.Max(x.Rank, y.Rank);
        Span<int> extents = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= x.Rank ? x[^i] : 1, b = i <= y.Rank ? y[^i] : 1;
            if (a != b && a != 1 && b != 1)
                throw new ArgumentException($"The shapes {x} and {y} cannot be broadcast: counted from the last, each pair of extents must be the same or contain a 1.");
            extents[^i] = a == 1 ? b : a;
        }

        return new Shape(extents);
    }

    /// <summary>Whether <paramref name="from"/> can be repeated to give <paramref name="to"/>.</summary>
    public static bool CanBroadcast(Shape from, Shape to)
    {
        if (from.Rank > to.Rank)
            return false;
        for (int i = 1; i <= from.Rank; i++)
        {
            if (from[^i] != to[^i] && from[^i] != 1)
                return false;
        }

        return true;
    }

    /// <summary>y = x repeated to the shape <paramref name="to"/>.</summary>
    public static void Expand<T>(Shape from, Shape to, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Strided.Read(Layout.Of(from).Expand(to), x, y);

    /// <summary>dx = Σ of dy over all repetitions, or dx +=: the gradient of <see cref="Expand"/>.</summary>
    public static void Reduce<T>(Shape from, Shape to, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int run = SharedTail(from, to, out bool repeatsScalar);
        if (!repeatsScalar && run == from.Length && dy.Length > 0)
        {
            Reductions.SumRows(dy.Length / run, run, dy, dx, accumulate);
            return;
        }

        if (!accumulate)
            dx.Clear();
        if (dy.IsEmpty)
            return;
        var index = new BroadcastIndex(from, to, run);
        for (int at = 0; at < dy.Length; at += run)
        {
            int target = index.Next();
            if (repeatsScalar)
            {
                dx[target] += Reductions.Sum(dy.Slice(at, run));
                continue;
            }

            var slice = dx.Slice(target, run);
            System.Numerics.Tensors.TensorPrimitives.Add(slice, dy.Slice(at, run), slice);
        }
    }

    // The length of the run of innermost elements that are copied together: equal extents, or all of them repeating one number.
    private static int SharedTail(Shape from, Shape to, out bool repeatsScalar)
    {
        int run = 1, i = 1;
        while (i <= from.Rank && from[^i] == to[^i])
            run *= to[^i++];
        repeatsScalar = run == 1;
        if (repeatsScalar)
        {
            for (i = 1; i <= to.Rank && (i > from.Rank || from[^i] == 1); i++)
                run *= to[^i];
        }

        return Math.Max(run, 1);
    }

    /// <summary>Walks over the runs of the larger shape and tells where in the smaller one each comes from.</summary>
    private ref struct BroadcastIndex(Shape from, Shape to, int run)
    {
        private int _at;

        public int Next()
        {
            int rest = _at, source = 0, stride = 1;
            for (int i = 1; i <= to.Rank; i++)
            {
                int coordinate = rest % to[^i];
                rest /= to[^i];
                if (i > from.Rank)
                    break;
                if (from[^i] != 1)
                    source += coordinate * stride;
                stride *= from[^i];
            }

            _at += run;
            return source;
        }
    }
}

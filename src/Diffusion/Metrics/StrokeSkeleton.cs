namespace Diffusion.Metrics;

/// <summary>
/// The skeleton of a drawn stroke, one pixel wide, and the distance along it as a pen would go: by the thinning of Zhang and
/// Suen, "A fast parallel algorithm for thinning digital patterns" (1984).
/// </summary>
internal sealed class StrokeSkeleton
{
    // A branch of fewer pixels at a junction is no stroke but a bump of the outline.
    private const int Spur = 4;

    private readonly int _width;
    private readonly bool[] _on;
    private readonly int[] _nearest;

    /// <summary>Thins what is ink.</summary>
    /// <param name="ink">[H·W].</param>
    /// <param name="width">Pixels in a row.</param>
    public StrokeSkeleton(bool[] ink, int width)
    {
        (_width, _on) = (width, [.. ink]);
        while (Thin(0) | Thin(1))
        {
        }

        Prune();
        Pixels = [.. Enumerable.Range(0, _on.Length).Where(p => _on[p])];
        _nearest = [.. Pixels.Count == 0 ? [] : Enumerable.Range(0, _on.Length).Select(p => Pixels.MinBy(q => Squared(p, q)))];
    }

    /// <summary>The pixels of the skeleton, row by row.</summary>
    public IReadOnlyList<int> Pixels { get; }

    /// <summary>Where a pen may begin: the ends of the skeleton, and of what has no end its outermost pixels.</summary>
    public IReadOnlyList<int> Starts
    {
        get
        {
            if (Pixels.Count == 0)
                return [];
            int[] ends = [.. Pixels.Where(p => Neighbours(p).Count() == 1)];
            return ends.Length > 0 ? ends : [.. new[] { Pixels[0], Pixels[^1], Pixels.MinBy(X), Pixels.MaxBy(X) }.Distinct()];
        }
    }

    /// <summary>The distance that a pen has gone when it comes to each pixel of the skeleton, as a share of the whole way, [H·W]; elsewhere that of the nearest.</summary>
    /// <param name="start">A pixel of the skeleton.</param>
    /// <param name="fork">Where the way forks: given how many ways there are, which to take first, from 0 for the straightest on.</param>
    public double[] Path(int start, Func<int, int> fork)
    {
        double[] reached = new double[_on.Length];
        Array.Fill(reached, double.NaN);
        double gone = 0;

        // Pieces that hang together with nothing come in the order of their rows.
        foreach (int p in Starts.Prepend(start).Concat(Pixels))
        {
            if (double.IsNaN(reached[p]))
                Walk(p, 0, 0);
        }

        return [.. _nearest.Select(p => reached[p] / Math.Max(1, gone))];

        // The heading is that of some steps, as one step has eight only.
        void Walk(int from, int dx, int dy)
        {
            reached[from] = gone;
            while (Neighbours(from).Where(q => double.IsNaN(reached[q])).ToArray() is { Length: > 0 } open)
            {
                int to = open.Length == 1 ? open[0] : open.OrderBy(q => Turn(dx, dy, from, q)).ElementAt(fork(open.Length));
                gone += Math.Sqrt(Squared(from, to));
                Walk(to, Math.Clamp(dx + X(to) - X(from), -3, 3), Math.Clamp(dy + Y(to) - Y(from), -3, 3));
            }
        }
    }

    private int X(int p) => p % _width;

    private int Y(int p) => p / _width;

    // From 0 straight on to pi.
    private double Turn(int dx, int dy, int from, int to)
    {
        int x = X(to) - X(from), y = Y(to) - Y(from);
        return Math.Abs(Math.Atan2((dx * y) - (dy * x), (dx * x) + (dy * y)));
    }

    private double Squared(int p, int q)
    {
        int x = X(p) - X(q), y = Y(p) - Y(q);
        return (x * x) + (y * y);
    }

    // Straight ones first, so that a diagonal step is taken only where there is no other way.
    private IEnumerable<int> Neighbours(int p)
    {
        foreach (var (dx, dy) in new[] { (0, -1), (1, 0), (0, 1), (-1, 0) })
        {
            if (On(p, dx, dy))
                yield return p + dx + (dy * _width);
        }

        foreach (var (dx, dy) in new[] { (1, -1), (1, 1), (-1, 1), (-1, -1) })
        {
            if (On(p, dx, dy) && !On(p, dx, 0) && !On(p, 0, dy))
                yield return p + dx + (dy * _width);
        }
    }

    private bool On(int p, int dx, int dy)
    {
        int x = X(p) + dx, y = Y(p) + dy;
        return x >= 0 && x < _width && y >= 0 && y < _on.Length / _width && _on[(y * _width) + x];
    }

    // One of the two passes: true if it took something away. The neighbours go clockwise from the one above.
    private bool Thin(int pass)
    {
        var gone = new List<int>();
        Span<bool> around = stackalloc bool[8];
        for (int p = 0; p < _on.Length; p++)
        {
            if (!_on[p])
                continue;
            (int X, int Y)[] clockwise = [(0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)];
            for (int k = 0; k < 8; k++)
                around[k] = On(p, clockwise[k].X, clockwise[k].Y);
            int count = 0, rises = 0;
            for (int k = 0; k < 8; k++)
                (count, rises) = (count + (around[k] ? 1 : 0), rises + (!around[k] && around[(k + 1) % 8] ? 1 : 0));
            bool top = around[0], right = around[2], bottom = around[4], left = around[6];
            bool free = pass == 0 ? !(top && right && bottom) && !(right && bottom && left) : !(top && right && left) && !(top && bottom && left);
            if (count is >= 2 and <= 6 && rises == 1 && free)
                gone.Add(p);
        }

        foreach (int p in gone)
            _on[p] = false;
        return gone.Count > 0;
    }

    private void Prune()
    {
        foreach (int end in Enumerable.Range(0, _on.Length).Where(p => _on[p] && Neighbours(p).Count() == 1).ToArray())
        {
            var branch = new List<int> { end };
            while (branch.Count <= Spur)
            {
                int[] next = [.. Neighbours(branch[^1]).Where(q => !branch.Contains(q))];
                if (next.Length != 1)
                    break;
                branch.Add(next[0]);
            }

            // It came to a junction, which stays.
            if (branch.Count <= Spur && Neighbours(branch[^1]).Count() > 2)
            {
                foreach (int p in branch.SkipLast(1))
                    _on[p] = false;
            }
        }
    }
}

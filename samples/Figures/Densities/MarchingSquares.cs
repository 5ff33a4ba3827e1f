namespace Diffusion.Figures;

/// <summary>Contour lines of a grid.</summary>
internal static class MarchingSquares
{
    /// <summary>
    /// Ends of the line segments where the bilinear surface through the cell centres crosses
    /// <paramref name="level"/>: segment k runs from point 2k to point 2k + 1.
    /// </summary>
    public static List<Pixels> Segments(DensityGrid grid, double level)
    {
        var ends = new List<Pixels>();
        Span<Pixels> crossings = stackalloc Pixels[4];
        for (var row = 0; row + 1 < grid.Size; row++)
        {
            for (var column = 0; column + 1 < grid.Size; column++)
            {
                var count = 0;
                // Around the square: bottom, right, top, left.
                Cross(grid, level, row, column, row, column + 1, crossings, ref count);
                Cross(grid, level, row, column + 1, row + 1, column + 1, crossings, ref count);
                Cross(grid, level, row + 1, column + 1, row + 1, column, crossings, ref count);
                Cross(grid, level, row + 1, column, row, column, crossings, ref count);
                // Two crossings make a segment; four, at a saddle, make two (either pairing is a valid reading).
                for (var i = 0; i + 1 < count; i += 2)
                {
                    ends.Add(crossings[i]);
                    ends.Add(crossings[i + 1]);
                }
            }
        }

        return ends;
    }

    private static void Cross(
        DensityGrid grid, double level, int rowA, int columnA, int rowB, int columnB, Span<Pixels> found, ref int count)
    {
        var (a, b) = (grid[rowA, columnA], grid[rowB, columnB]);
        if (a >= level == b >= level)
            return;
        var share = (level - a) / (b - a);
        var (x, y) = (grid.Centre(columnA), grid.Centre(rowA));
        found[count++] = new(
            x + (share * (grid.Centre(columnB) - x)),
            y + (share * (grid.Centre(rowB) - y)));
    }
}

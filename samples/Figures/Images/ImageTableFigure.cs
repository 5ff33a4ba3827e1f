using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>What an <see cref="ImageTableFigure"/> shows.</summary>
/// <param name="Title">The title.</param>
/// <param name="Notes">Sentences under it.</param>
/// <param name="Rows">Rows of images, all of one length.</param>
/// <param name="RowNames">One name per row, on its left.</param>
/// <param name="ColumnNames">Names over the columns, or over the groups of columns; none for no names.</param>
public sealed record ImageTable(
    string Title,
    IReadOnlyList<string> Notes,
    IReadOnlyList<IReadOnlyList<PixelImage>> Rows,
    IReadOnlyList<string> RowNames,
    IReadOnlyList<string> ColumnNames)
{
    /// <summary>How many columns make a group, with one name and some space around.</summary>
    public int Group { get; init; } = 1;

    /// <summary>A line under the table, such as what its horizontal axis is; null for none.</summary>
    public string? Below { get; init; }
}

/// <summary>Images in rows and columns that mean something: steps, classes, guidance weights, interpolations.</summary>
public static class ImageTableFigure
{
    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <exception cref="ArgumentException">Rows of different lengths, or names that do not match.</exception>
    public static void Save(string path, ImageTable table)
    {
        using var sheet = Draw(table);
        sheet.Save(path);
    }

    private static Sheet Draw(ImageTable table)
    {
        int columns = table.Rows[0].Count;
        if (table.Rows.Any(row => row.Count != columns) || table.RowNames.Count != table.Rows.Count)
            throw new ArgumentException("Every row needs a name and as many images as the others.", nameof(table));
        if (table.ColumnNames.Count > 0 && table.ColumnNames.Count * table.Group != columns)
            throw new ArgumentException($"{table.ColumnNames.Count} names were given for {columns} columns in groups of {table.Group}.", nameof(table));
        var grid = new ImageGrid(table.Rows.Count, columns, table.Group > 1 ? table.Group : int.MaxValue);
        var names = table.RowNames.Max(name => Typography.Width(name, Theme.Label));
        var sheet = new Sheet(new SheetLayout
        {
            Title = table.Title,
            Notes = table.Notes,
            Rows = 1,
            Columns = 1,
            PanelWidth = grid.Width,
            PanelHeight = grid.Height,
            Left = names + 36,
            Right = 36,
        });
        var frame = sheet.Layout[0, 0];
        for (var row = 0; row < table.Rows.Count; row++)
        {
            sheet.Text(table.RowNames[row], frame.Left - 12, frame.Top + grid[row, 0].MidY + 5, Theme.Label, align: SKTextAlign.Right);
            for (var column = 0; column < columns; column++)
            {
                var place = grid[row, column];
                place.Offset(frame.Left, frame.Top);
                table.Rows[row][column].Draw(sheet.Canvas, place);
            }
        }

        for (var i = 0; i < table.ColumnNames.Count; i++)
        {
            var (first, last) = (grid[0, i * table.Group], grid[0, ((i + 1) * table.Group) - 1]);
            sheet.Text(table.ColumnNames[i], frame.Left + ((first.Left + last.Right) / 2), frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
        }

        if (table.Below is not null)
            sheet.Text(table.Below, frame.MidX, frame.Bottom + 28, Theme.Label, align: SKTextAlign.Center);
        return sheet;
    }
}

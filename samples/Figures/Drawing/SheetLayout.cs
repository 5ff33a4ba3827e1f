using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// Where the parts of a figure go: title, notes and legend on top, then a grid of equal panels, then axis labels.
/// Text that is too long for the width goes on in a further line. Lengths are in hundredths of an inch.
/// </summary>
internal sealed record SheetLayout
{
    /// <summary>Height of a line of the title, the notes and the legend.</summary>
    public const float TitleLine = 23, NoteLine = 17, LegendLine = 24;

    private const float Above = 12, MarkWidth = 30, BetweenEntries = 24;

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required float PanelWidth { get; init; }

    public required float PanelHeight { get; init; }

    public required string Title { get; init; }

    /// <summary>Sentences under the title, each on its own line.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Entries of the legend; none for no legend.</summary>
    public IReadOnlyList<LegendEntry> Legend { get; init; } = [];

    /// <summary>Space between columns, for axis labels if every panel has them.</summary>
    public float GapX { get; init; } = 22;

    /// <summary>Space between rows, for panel titles.</summary>
    public float GapY { get; init; } = 38;

    /// <summary>Space on the left, for the vertical axis and its label.</summary>
    public float Left { get; init; } = 72;

    /// <summary>Space on the right, for colour bars.</summary>
    public float Right { get; init; } = 24;

    /// <summary>Whether the first row of panels has titles.</summary>
    public bool PanelTitles { get; init; } = true;

    public float Width => Left + (Columns * PanelWidth) + ((Columns - 1) * GapX) + Right;

    public float Height => Top + (Rows * PanelHeight) + ((Rows - 1) * GapY) + 64;

    public IReadOnlyList<string> TitleLines => Typography.Wrap(Title, Theme.Title, TextWidth, bold: true);

    public IReadOnlyList<string> NoteLines => [.. Notes.SelectMany(n => Typography.Wrap(n, Theme.Caption, TextWidth))];

    public float NotesTop => Above + (TitleLines.Count * TitleLine);

    private float LegendTop => NotesTop + (NoteLines.Count * NoteLine) + 4;

    private float TextWidth => Width - Left - 24;

    private float Top
    {
        get
        {
            var legendBottom = Legend.Count == 0 ? LegendTop : PlaceLegend().Max(p => p.Y) + (LegendLine / 2);
            return legendBottom + (PanelTitles ? 28 : 8);
        }
    }

    /// <summary>The frame of the axes of one panel.</summary>
    public SKRect this[int row, int column] => SKRect.Create(
        Left + (column * (PanelWidth + GapX)), Top + (row * (PanelHeight + GapY)), PanelWidth, PanelHeight);

    /// <summary>Left end and middle line of each entry of the legend.</summary>
    public IReadOnlyList<SKPoint> PlaceLegend()
    {
        var places = new List<SKPoint>();
        var next = new SKPoint(Left, LegendTop + (LegendLine / 2));
        foreach (var entry in Legend)
        {
            var width = MarkWidth + Typography.Width(entry.Text, Theme.Caption);
            if (next.X > Left && next.X + width > Left + TextWidth)
                next = new SKPoint(Left, next.Y + LegendLine);
            places.Add(next);
            next.X += width + BetweenEntries;
        }

        return places;
    }
}

using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// Where the parts of a figure go: title, notes and legend on top, then a grid of equal panels, then axis labels
/// and caption. Lengths are in hundredths of an inch.
/// </summary>
internal sealed record SheetLayout
{
    private const float LineHeight = 17;
    private const float NotesTop = 18 + Theme.Title;

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    public required float PanelWidth { get; init; }

    public required float PanelHeight { get; init; }

    public required string Title { get; init; }

    /// <summary>Lines under the title.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Entries of the legend, in one line; none for no legend.</summary>
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

    public float LegendTop => NotesTop + (Notes.Count * LineHeight);

    private float Top => LegendTop + (Legend.Count > 0 ? 28 : 4) + (PanelTitles ? 28 : 10);

    /// <summary>The frame of the axes of one panel.</summary>
    public SKRect this[int row, int column] => SKRect.Create(
        Left + (column * (PanelWidth + GapX)), Top + (row * (PanelHeight + GapY)), PanelWidth, PanelHeight);

    /// <summary>Baseline of a line of notes.</summary>
    public static float NoteBaseline(int line) => NotesTop + (line * LineHeight) + Theme.Caption;
}

using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Images in rows and columns on a sheet, with names of rows, columns and groups of columns.</summary>
internal sealed class ImageGrid
{
    /// <summary>Side of an image and the space between two, in hundredths of an inch.</summary>
    public const float Side = 56, Gap = 4, GroupGap = 18;

    private readonly int _rows, _columns, _group;

    /// <summary>A grid whose columns come in groups of <paramref name="group"/> with more space between.</summary>
    public ImageGrid(int rows, int columns, int group = int.MaxValue) => (_rows, _columns, _group) = (rows, columns, group);

    public float Width => X(_columns - 1) + Side;

    public float Height => Y(_rows - 1) + Side;

    /// <summary>Where an image goes, relative to the corner of the grid.</summary>
    public SKRect this[int row, int column] => SKRect.Create(X(column), Y(row), Side, Side);

    private float X(int column) => (column * (Side + Gap)) + (column / _group * (GroupGap - Gap));

    private static float Y(int row) => row * (Side + Gap);
}

using System.Globalization;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace Diffusion.Figures;

/// <summary>A piece of a page, as wide as the text. Lengths are points.</summary>
internal abstract record PdfBlock
{
    /// <summary>Space above it, but at the top of a page.</summary>
    public float Before { get; init; }

    /// <summary>Space below it.</summary>
    public float After { get; init; }

    /// <summary>Whether it begins a page.</summary>
    public bool BeginsPage { get; init; }

    /// <summary>Whether it stands on the same page as what follows.</summary>
    public bool StaysWithNext { get; init; }

    /// <summary>What is written above it again where it begins a page.</summary>
    public PdfBlock? Repeated { get; init; }

    public abstract float Height { get; }

    /// <summary>Its text.</summary>
    public abstract string Plain { get; }

    /// <summary>The height that it can do with.</summary>
    public virtual float LeastHeight => Height;

    public abstract void Draw(SKCanvas canvas, float x, float y, float height);

    protected static void Write(SKCanvas canvas, string text, float x, float baseline, float size, bool bold = false, SKColor? color = null, SKTextAlign align = SKTextAlign.Left)
    {
        using var font = Typography.Font(size, bold);
        using var paint = new SKPaint { Color = color ?? Theme.Ink, IsAntialias = true };
        canvas.DrawText(text, x, baseline, align, font, paint);
    }

    protected static void Rule(SKCanvas canvas, float left, float right, float y, float width, SKColor color)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = width };
        canvas.DrawLine(left, y, right, y, paint);
    }
}

/// <summary>Lines of text.</summary>
internal sealed record PdfText : PdfBlock
{
    public PdfText(string text, float size, bool bold = false, float indent = 0, string? mark = null, SKColor? color = null) =>
        (Text, Size, Bold, Indent, Mark, Color) = (text, size, bold, indent, mark, color);

    public string Text { get; }

    public override string Plain => Text;

    public float Size { get; }

    public bool Bold { get; }

    public float Indent { get; }

    /// <summary>What stands before the first line, as the dot of a list.</summary>
    public string? Mark { get; }

    public SKColor? Color { get; }

    /// <summary>Whether it lies on a pale patch, as what is typed does.</summary>
    public bool Background { get; init; }

    public override float Height => (Lines.Count * Line) + (Background ? 8 : 0);

    private IReadOnlyList<string> Lines => Typography.Wrap(Text, Size, PdfLayout.Width - Indent - (Background ? 12 : 0), Bold);

    private float Line => Size * 1.38f;

    public override void Draw(SKCanvas canvas, float x, float y, float height)
    {
        if (Background)
        {
            using var patch = new SKPaint { Color = Theme.Faint, IsAntialias = true };
            canvas.DrawRoundRect(SKRect.Create(x, y, PdfLayout.Width, height), 3, 3, patch);
            y += 4;
        }

        if (Mark is not null)
            Write(canvas, Mark, x + 2, y + Size, Size);
        foreach (string line in Lines)
        {
            Write(canvas, line, x + Indent, y + Size, Size, Bold, Color);
            y += Line;
        }
    }
}

/// <summary>Fields of a form.</summary>
internal sealed record PdfFields(IReadOnlyList<(string Name, string? Value)> Fields) : PdfBlock
{
    // A value that would have to be smaller cannot be read.
    private const float Size = 11, Gap = 18, LeastSize = 5;

    public override float Height => Size * 2.1f;

    public override string Plain => string.Join("; ", Fields.Select(one => $"{one.Name}: {one.Value}"));

    public override void Draw(SKCanvas canvas, float x, float y, float height)
    {
        float width = Width, baseline = y + Size + 3;
        for (int i = 0; i < Fields.Count; i++)
        {
            float left = x + (i * (width + Gap)), value = left + NameWidth(i);
            Write(canvas, Fields[i].Name, left, baseline, Size, bold: true);
            if (Fields[i].Value is { } text)
                WriteShaped(canvas, text, value, baseline, SizeOf(i, text));
            else
                Rule(canvas, value, left + width, baseline + 2, 0.7f, Theme.Gray);
        }
    }

    /// <summary>Checks that all values can be read where they are written smaller to fit.</summary>
    /// <exception cref="ArgumentException">One is too long; the message names it.</exception>
    public PdfFields Checked()
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Value is { } text && SizeOf(i, text) < LeastSize)
                throw new ArgumentException($"{Fields[i].Name} has {text.Length} letters, too many for its place; about {(int)(text.Length * SizeOf(i, text) / LeastSize)} of them fit.", nameof(Fields));
        }

        return this;
    }

    private float Width => (PdfLayout.Width - (Gap * (Fields.Count - 1))) / Fields.Count;

    private float NameWidth(int field) => Typography.Width(Fields[field].Name + "  ", Size, bold: true);

    private float SizeOf(int field, string value) => Math.Min(Size, Size * (Width - NameWidth(field)) / Math.Max(1, Typography.Width(value, Size)));

    // A name may be in a script whose letters join, or that is written from right to left.
    private static void WriteShaped(SKCanvas canvas, string text, float x, float baseline, float size)
    {
        using var font = Typography.Font(size);
        using var paint = new SKPaint { Color = Theme.Ink, IsAntialias = true };
        using var shaper = new SKShaper(font.Typeface);
        canvas.DrawShapedText(shaper, text, x, baseline, SKTextAlign.Left, font, paint);
    }
}

/// <summary>A figure, as wide as the text or as high as there is room, and its caption.</summary>
internal sealed record PdfFigure(Drawing Drawing, string Caption, float Tallest) : PdfBlock
{
    // Figures are made in hundredths of an inch; beyond their own size they gain nothing.
    private const float PointsPerUnit = 0.72f, LeastShare = 0.72f, Gap = 4;

    public override float Height => FullSize.Height + Gap + Words.Height;

    public override string Plain => Caption;

    public override float LeastHeight => (FullSize.Height * LeastShare) + Gap + Words.Height;

    private PdfText Words => new(Caption, PdfLayout.SmallSize, color: Theme.Gray);

    private SKSize FullSize
    {
        get
        {
            float scale = Math.Min(Math.Min(PointsPerUnit, PdfLayout.Width / Drawing.Width), Tallest / Drawing.Height);
            return new SKSize(Drawing.Width * scale, Drawing.Height * scale);
        }
    }

    public override void Draw(SKCanvas canvas, float x, float y, float height)
    {
        float room = height - Gap - Words.Height, share = Math.Min(1, room / FullSize.Height);
        var (width, tall) = (FullSize.Width * share, FullSize.Height * share);
        Drawing.Draw(canvas, SKRect.Create(x + ((PdfLayout.Width - width) / 2), y, width, tall));
        Words.Draw(canvas, x, y + tall + Gap, Words.Height);
    }
}

/// <summary>The columns of a table: as wide as what stands in them, all shrunk alike where that is too wide, and then broken into lines.</summary>
internal sealed class PdfColumns
{
    public const float Size = PdfLayout.SmallSize, Gap = 12;

    private readonly bool[] _isNumber;

    public PdfColumns(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        _isNumber = [.. header.Select((_, i) => rows.Count > 0 && rows.All(row => IsNumber(row[i])))];
        float[] cells = [.. header.Select((_, i) => rows.Select(row => Typography.Width(row[i], Size)).DefaultIfEmpty(0).Max())];
        float[] natural = [.. header.Select((name, i) => Math.Max(cells[i], LongestWord(name)) + Gap)];
        float[] full = [.. header.Select((name, i) => Math.Max(cells[i], Typography.Width(name, Size, bold: true)) + Gap)];
        float most = PdfLayout.Width, total = natural.Sum();

        // What is left goes to the heads, so that few of them need a second line.
        float share = Math.Clamp((most - total) / Math.Max(1, full.Sum() - total), 0, 1);
        natural = [.. natural.Zip(full, (least, whole) => least + (share * (whole - least)))];
        if (total > most)
        {
            // Narrow columns keep what they need; wide ones share the rest.
            float fair = most / natural.Length, kept = natural.Where(width => width <= fair).Sum(), rest = total - kept;
            natural = [.. natural.Select(width => width <= fair ? width : width * (most - kept) / rest)];
        }

        Widths = natural;
    }

    public IReadOnlyList<float> Widths { get; }

    public bool IsNumberColumn(int column) => _isNumber[column];

    private static float LongestWord(string name) => name.Split(' ').Max(word => Typography.Width(word, Size, bold: true));

    private static bool IsNumber(string cell) => cell is "" or "-" || double.TryParse(
        cell.Replace('\u2212', '-').TrimEnd('%', ' '), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out _);
}

/// <summary>A row of a table.</summary>
internal sealed record PdfRow(PdfColumns Columns, IReadOnlyList<string> Cells, bool IsHead) : PdfBlock
{
    private const float Size = PdfColumns.Size, Line = Size * 1.32f, Pad = 2.6f;

    public override string Plain => string.Join(" | ", Cells);

    public override float Height => (Cells.Select((_, i) => LinesOf(i).Count).Max() * Line) + (2 * Pad);

    public override void Draw(SKCanvas canvas, float x, float y, float height)
    {
        float left = x;
        for (int i = 0; i < Cells.Count; i++)
        {
            bool right = Columns.IsNumberColumn(i);
            float at = right ? left + Columns.Widths[i] - PdfColumns.Gap : left, baseline = y + Pad + Size;
            foreach (string line in LinesOf(i))
            {
                Write(canvas, line, at, baseline, Size, IsHead, align: right ? SKTextAlign.Right : SKTextAlign.Left);
                baseline += Line;
            }

            left += Columns.Widths[i];
        }

        Rule(canvas, x, left, y + height, IsHead ? 1 : 0.4f, IsHead ? Theme.Ink : Theme.Gray);
    }

    private IReadOnlyList<string> LinesOf(int column) => Typography.Wrap(Cells[column], Size, Columns.Widths[column] - PdfColumns.Gap + 0.5f, IsHead);
}

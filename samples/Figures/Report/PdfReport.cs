using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// Builds a document of A4 pages as PDF: text that can be copied, in an embedded font, and figures of lines and text. Calls chain, and content follows
/// content: what does not fit goes on the next page, a figure with its caption in one piece and together with the paragraph before it.
/// </summary>
/// <param name="title">The title, which is also in the foot of each page.</param>
public sealed class PdfReport(string title) : IDisposable
{
    private readonly List<PdfBlock> _blocks = [new PdfText(title, PdfLayout.TitleSize, bold: true) { After = 10 }];
    private readonly List<IDisposable> _owned = [];

    /// <summary>A line of fields, such as a name; a field without a value is a line to be filled in by hand.</summary>
    /// <exception cref="ArgumentException">A value has a character that the font has no letter for, or is too long to be read.</exception>
    public PdfReport Fields(params IReadOnlyList<(string Name, string? Value)> fields)
    {
        foreach (var (name, value) in fields)
            Typography.CheckLetters(name, value ?? "");
        return Add(new PdfFields(fields).Checked());
    }

    /// <summary>Begins a section on a new page.</summary>
    public PdfReport Section(string text) => Add(new PdfText(text, PdfLayout.SectionSize, bold: true) { BeginsPage = true, After = 8, StaysWithNext = true });

    /// <summary>A heading inside a section.</summary>
    public PdfReport Heading(string text) => Add(new PdfText(text, PdfLayout.HeadingSize, bold: true) { Before = 6, After = 4, StaysWithNext = true });

    /// <summary>A paragraph of plain text.</summary>
    public PdfReport Paragraph(string text) => Add(new PdfText(text, PdfLayout.TextSize) { After = 7 });

    /// <summary>A list of points.</summary>
    public PdfReport List(IEnumerable<string> items)
    {
        foreach (string item in items)
            _ = Add(new PdfText(item, PdfLayout.TextSize, indent: 12, mark: "\u2022") { After = 4 });
        return this;
    }

    /// <summary>A line of what is typed at a prompt.</summary>
    public PdfReport Code(string text) => Add(new PdfText(text, PdfLayout.SmallSize, indent: 12) { Background = true, After = 9 });

    /// <summary>A table; cells that are numbers are aligned to the right. One that is too long goes on, under its head, on the next page.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">Rows with one cell per column.</param>
    /// <param name="caption">What the table shows.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public PdfReport Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, string caption)
    {
        var all = rows.ToList();
        if (all.FirstOrDefault(row => row.Count != header.Count) is { } odd)
            throw new ArgumentException($"The table has {header.Count} columns, a row has {odd.Count} cells.", nameof(rows));
        _ = Add(new PdfText(caption, PdfLayout.SmallSize, color: Theme.Gray) { Before = 4, After = 3, StaysWithNext = true });
        var columns = new PdfColumns(header, all);
        PdfRow Row(IReadOnlyList<string> cells, bool isHead) => new(columns, cells, isHead);
        for (int i = -1; i < all.Count; i++)
        {
            bool ends = i == all.Count - 1;
            _ = Add(Row(i < 0 ? header : all[i], i < 0) with { After = ends ? 12 : 0, StaysWithNext = i < 0, Repeated = i < 0 ? null : Row(header, true) });
        }

        return this;
    }

    /// <summary>A figure with its caption. The document owns the drawing from here on.</summary>
    /// <param name="drawing">The figure.</param>
    /// <param name="caption">What to see in it.</param>
    /// <param name="tallest">The height that it may have, in points of 1/72 inch; a page has 726.</param>
    public PdfReport Figure(Drawing drawing, string caption, float tallest = 560)
    {
        ArgumentNullException.ThrowIfNull(drawing);
        _owned.Add(drawing);
        if (_blocks[^1] is PdfText { StaysWithNext: false } before)
            _blocks[^1] = before with { StaysWithNext = true };
        return Add(new PdfFigure(drawing, caption, tallest) { After = 12 });
    }

    /// <summary>All text but that within figures, a line for each piece.</summary>
    public string Text => string.Join("\n", _blocks.Select(block => block.Plain).Where(plain => plain.Length > 0));

    /// <summary>Writes the document, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The number of pages.</returns>
    public int Save(string path)
    {
        using var memory = new MemoryStream();
        int pages;
        using (var document = SKDocument.CreatePdf(memory, new SKDocumentPdfMetadata { Title = title, RasterDpi = 200, EncodingQuality = 101 }))
        {
            pages = new PdfLayout(document, title, _blocks).Draw();
            document.Close();
        }

        AtomicFile.Write(path, memory.ToArray());
        return pages;
    }

    /// <summary>Lets the drawings go.</summary>
    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private PdfReport Add(PdfBlock block)
    {
        _blocks.Add(block);
        return this;
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// Builds a report in one HTML file: text, tables, figures and configurations, with pictures embedded and nothing
/// loaded from elsewhere. Calls chain; content goes into the section begun last. All text is plain and is escaped.
/// </summary>
public sealed class HtmlReport
{
    private readonly string _title;
    private readonly StringBuilder _body = new();
    private readonly List<string> _sections = [];

    /// <summary>A report with a title and a summary of a sentence or a few.</summary>
    public HtmlReport(string title, string summary)
    {
        _title = title;
        Append($"<header><h1>{Escape(title)}</h1><p class=\"summary\">{Escape(summary)}</p></header>");
    }

    /// <summary>Begins a section; on paper it begins a page.</summary>
    public HtmlReport Section(string title)
    {
        if (_sections.Count > 0)
            Append("</section>");
        _sections.Add(title);
        return Append($"<section id=\"s{_sections.Count}\"><h2>{Escape(title)}</h2>");
    }

    /// <summary>A heading inside a section.</summary>
    public HtmlReport Heading(string text) => Append($"<h3>{Escape(text)}</h3>");

    /// <summary>A paragraph of plain text.</summary>
    public HtmlReport Paragraph(string text) => Append($"<p>{Escape(text)}</p>");

    /// <summary>A list of points.</summary>
    public HtmlReport List(IEnumerable<string> items) =>
        Append($"<ul>{string.Concat(items.Select(i => $"<li>{Escape(i)}</li>"))}</ul>");

    /// <summary>A table; cells that are numbers are aligned to the right.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">Rows with one cell per column.</param>
    /// <param name="caption">What the table shows, or null.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public HtmlReport Table(
        IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows, string? caption = null)
    {
        var html = new StringBuilder("<div class=\"table\"><table>");
        if (caption is not null)
            _ = html.Append($"<caption>{Escape(caption)}</caption>");
        var names = string.Concat(header.Select(h => $"<th scope=\"col\">{Escape(h)}</th>"));
        _ = html.Append($"<thead><tr>{names}</tr></thead><tbody>");
        foreach (var row in rows)
        {
            if (row.Count != header.Count)
            {
                throw new ArgumentException(
                    $"The table has {header.Count} columns, a row has {row.Count} cells.", nameof(rows));
            }

            _ = html.Append($"<tr>{string.Concat(row.Select(Cell))}</tr>");
        }

        return Append(html.Append("</tbody></table></div>").ToString());
    }

    /// <summary>A picture with its caption, embedded.</summary>
    /// <param name="imagePath">A PNG or (animated) WebP file.</param>
    /// <param name="caption">What to see in it.</param>
    /// <param name="alternative">What the picture shows, for those who cannot see it; null: the caption.</param>
    /// <exception cref="ArgumentException">The file is neither PNG nor WebP.</exception>
    public HtmlReport Figure(string imagePath, string caption, string? alternative = null)
    {
        var bytes = File.ReadAllBytes(imagePath);
        var (type, width) = Inspect(bytes, imagePath);
        return Append($"<figure><img src=\"data:{type};base64,{Convert.ToBase64String(bytes)}\""
            + $" alt=\"{Escape(alternative ?? caption)}\" style=\"width:{width}px\">"
            + $"<figcaption>{Escape(caption)}</figcaption></figure>");
    }

    /// <summary>A block of text kept as it is, such as a configuration in JSON: on the screen; on paper only its caption, since the file lies beside the report.</summary>
    public HtmlReport Configuration(string text, string caption) => Append(
        $"<div class=\"raw\"><p class=\"label\">{Escape(caption)}</p><pre>{Escape(text)}</pre></div><p class=\"paper\">{Escape(caption.TrimEnd('.'))}: beside this report, and not printed.</p>");

    /// <summary>The report as one HTML document.</summary>
    public string ToHtml()
    {
        var contents = string.Concat(_sections.Select((s, i) => $"<li><a href=\"#s{i + 1}\">{Escape(s)}</a></li>"));
        var navigation = _sections.Count < 2 ? "" : $"<nav><ol>{contents}</ol></nav>";
        var body = _body.ToString();
        var afterHeader = body.IndexOf("</header>", StringComparison.Ordinal) + "</header>".Length;
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>{Escape(_title)}</title>
            <style>
            {ReportStyle.Css}
            </style>
            </head>
            <body>
            <main>
            {body[..afterHeader]}
            {navigation}
            {body[afterHeader..].Trim()}
            {(_sections.Count > 0 ? "</section>" : "")}
            </main>
            </body>
            </html>

            """;
    }

    /// <summary>Writes the report, whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(ToHtml()));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Cell(string text)
    {
        const NumberStyles Styles = NumberStyles.Float | NumberStyles.AllowThousands;
        var plain = text.Replace('\u2212', '-').TrimEnd('%', ' ');
        var isNumber = double.TryParse(plain, Styles, CultureInfo.InvariantCulture, out _);
        return isNumber ? $"<td class=\"number\">{Escape(text)}</td>" : $"<td>{Escape(text)}</td>";
    }

    // Type by the first bytes, and width in CSS pixels: PNG figures have 200 dots per inch, CSS has 96.
    private static (string Type, int Width) Inspect(byte[] bytes, string path)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        return codec?.EncodedFormat switch
        {
            SKEncodedImageFormat.Png => ("image/png", codec.Info.Width * 96 / 200),
            SKEncodedImageFormat.Webp => ("image/webp", codec.Info.Width),
            _ => throw new ArgumentException($"{Path.GetFileName(path)} is neither PNG nor WebP.", nameof(path)),
        };
    }

    private HtmlReport Append(string html)
    {
        _ = _body.Append(html).Append('\n');
        return this;
    }
}

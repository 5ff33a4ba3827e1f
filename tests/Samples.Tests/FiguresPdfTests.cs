using Diffusion.Figures;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Documents of pages.</summary>
internal sealed class FiguresPdfTests
{
    private static readonly Lazy<byte[]> OnePage = new(() => Saved(new PdfReport("Title").Paragraph("Text")).Bytes);

    [Test]
    public void Sections_begin_pages_and_long_tables_go_on()
    {
        string[] row = ["1", "2.5"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Saved(new PdfReport("Title").Paragraph("Text")).Pages, Is.EqualTo(1));
            Assert.That(Saved(new PdfReport("Title").Section("One").Section("Two").Paragraph("Text")).Pages, Is.EqualTo(3));
            Assert.That(Saved(new PdfReport("Title").Table(["a", "b"], Enumerable.Repeat(row, 150), "Many rows.")).Pages, Is.EqualTo(4));
            Assert.That(() => new PdfReport("Title").Table(["a"], [row], "Odd."), Throws.ArgumentException.With.Message.Contains("1 columns, a row has 2"));
        }
    }

    // 30 lines fill most of the page, so the figure, 250 points high, goes on the next with its paragraph.
    [Test]
    public void A_figure_stays_with_its_text_in_one_piece()
    {
        PdfReport Filled() => new PdfReport("Title").List(Enumerable.Range(0, 30).Select(i => $"Point {i}"));
        Assert.That(Saved(Filled().Paragraph("Before.").Figure(Square(), "A figure.")).Pages, Is.EqualTo(2));
        Assert.That(Saved(new PdfReport("Title").Paragraph("Before.").Figure(Square(), "A figure.")).Pages, Is.EqualTo(1));
        var (pages, _, text) = Saved(Filled().Paragraph("Before.").Figure(Square(), "A figure."));
        Assert.That(text, Does.EndWith("Before.\nA figure."));
    }

    [Test]
    public void Fields_are_filled_in_or_left_to_write_on()
    {
        Assert.That(new PdfReport("Title").Fields(("Name", "Ada"), ("ID", null)).Text, Does.Contain("Name: Ada; ID: "));
        Assert.That(() => new PdfReport("Title").Fields(("Name", "\u9648")), Throws.ArgumentException.With.Message.Contains("'\u9648'"));
        Assert.That(() => new PdfReport("Title").Fields(("Name", "Ada"), ("ID", new string('x', 200))), Throws.ArgumentException.With.Message.StartsWith("ID has 200 letters").And.Not.Message.Contains("Name"));
        Assert.That(() => new PdfReport("Title").Fields(("Name", "Wolfeschlegelsteinhausenbergerdorff"), ("ID", "0123456789"), ("Date", "2000-01-01")), Throws.Nothing);
        Assert.That(() => new PdfReport("Title").Fields(("Name", "\u0645\u062D\u0645\u062F Жан Ζωή")), Throws.Nothing);
    }

    [Test]
    public void Lines_and_text_stay_lines_and_text()
    {
        byte[] bytes = Saved(new PdfReport("Title").Figure(Square(), "A figure.")).Bytes;
        string raw = System.Text.Encoding.Latin1.GetString(bytes);
        Assert.That(raw, Does.Contain("/ToUnicode").And.Contain("/FontFile2").And.Not.Contain("/Subtype /Image"));
        Assert.That(bytes, Has.Length.GreaterThan(OnePage.Value.Length));
    }

    [Test]
    public void Captured_figures_are_no_files()
    {
        using var folder = new TemporaryFolder();
        string path = folder["points.png"];
        var drawings = Drawing.Capture(() => PointsPlot.Save(path, "Points", ("one", new PixelCloud([new Pixels(0, 0)]))));
        Assert.That(drawings.Keys, Is.EqualTo(new[] { path }));
        Assert.That(File.Exists(path), Is.False);
        PointsPlot.Save(path, "Points", ("one", new PixelCloud([new Pixels(0, 0)])));
        Assert.That(File.Exists(path), "and afterwards they are again");
        Assert.That(() => Drawing.Capture(() => Drawing.Capture(() => { })), Throws.InvalidOperationException);
    }

    private static Drawing Square() => Drawing.Capture(() => PointsPlot.Save("square", "Points", ("one", new PixelCloud([new Pixels(0.5, 0.5)]))))["square"];

    private static (int Pages, byte[] Bytes, string Text) Saved(PdfReport report)
    {
        using var folder = new TemporaryFolder();
        using (report)
            return (report.Save(folder["report.pdf"]), File.ReadAllBytes(folder["report.pdf"]), report.Text);
    }
}

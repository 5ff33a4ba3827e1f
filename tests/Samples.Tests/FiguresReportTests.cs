using Diffusion.Figures;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

[TestFixture]
internal sealed class FiguresReportTests
{
    private const string Nasty = "<script>alert('x')</script> & \"quotes\"";

    // Words break anywhere on paper, so that tables fit; "0.0011" in two lines would be two numbers.
    [Test]
    public void Numbers_stay_whole_on_paper()
    {
        string html = new HtmlReport("Title", "Summary").Table(["a"], [["0.0011"]]).ToHtml(), print = html[html.IndexOf("@media print", StringComparison.Ordinal)..];
        int anywhere = print.IndexOf("overflow-wrap: anywhere", StringComparison.Ordinal), whole = print.IndexOf(".number { overflow-wrap: normal", StringComparison.Ordinal);
        Assert.That(whole, Is.GreaterThan(anywhere).And.Positive);
        Assert.That(html, Does.Contain("<td class=\"number\">0.0011</td>"));
    }

    [Test]
    public void All_text_is_escaped()
    {
        using var folder = new TemporaryFolder();
        FiguresSyntheticData.Figures().First().Save(folder["a.png"]);
        var html = new HtmlReport(Nasty, Nasty)
            .Section(Nasty)
            .Heading(Nasty)
            .Paragraph(Nasty)
            .List([Nasty])
            .Table([Nasty], [[Nasty]], Nasty)
            .Figure(folder["a.png"], Nasty, Nasty)
            .Configuration(Nasty, Nasty)
            .ToHtml();
        Assert.Multiple(() =>
        {
            Assert.That(html, Does.Not.Contain("<script"));
            Assert.That(html, Does.Not.Contain("\"quotes\""));
            Assert.That(html, Does.Contain("&lt;script&gt;"));
        });
    }

    [Test]
    public void Figures_are_embedded_with_their_type_and_alternative_text()
    {
        using var folder = new TemporaryFolder();
        FiguresSyntheticData.Figures().First().Save(folder["a.png"]);
        DenoisingAnimation.Save(folder["b.webp"], FiguresSyntheticData.Animation(frames: 2));
        var html = new HtmlReport("Report", "Summary")
            .Section("One").Figure(folder["a.png"], "The caption", "The alternative")
            .Section("Two").Figure(folder["b.webp"], "Moving")
            .ToHtml();
        Assert.Multiple(() =>
        {
            Assert.That(html, Does.Contain("data:image/png;base64," + Convert.ToBase64String(File.ReadAllBytes(folder["a.png"]))));
            Assert.That(html, Does.Contain("data:image/webp;base64," + Convert.ToBase64String(File.ReadAllBytes(folder["b.webp"]))));
            Assert.That(html, Does.Contain("alt=\"The alternative\""));
            Assert.That(html, Does.Contain("alt=\"Moving\""));
            Assert.That(html, Does.Contain("<figcaption>The caption</figcaption>"));
        });
    }

    [Test]
    public void The_document_is_closed_numbered_and_asks_for_nothing_from_outside()
    {
        var html = new HtmlReport("Report", "Summary").Section("One").Paragraph("a").Section("Two").Paragraph("b").ToHtml();
        Assert.Multiple(() =>
        {
            Assert.That(html, Does.StartWith("<!DOCTYPE html>"));
            Assert.That(Count(html, "<section"), Is.EqualTo(2));
            Assert.That(Count(html, "</section>"), Is.EqualTo(2));
            Assert.That(html, Does.Contain("<a href=\"#s2\">Two</a>"));
            Assert.That(html, Does.Contain("break-before: page"));
            Assert.That(html, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("<link").And.Not.Contain("url("));
        });
    }

    [Test]
    public void Saving_replaces_an_older_report_and_leaves_nothing_else()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["report.html"], "old");
        new HtmlReport("New", "Summary").Save(folder["report.html"]);
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(folder["report.html"]), Does.Contain("<h1>New</h1>"));
            Assert.That(folder.Files, Is.EqualTo(new[] { "report.html" }));
        });
    }

    [Test]
    public void Bad_input_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.png"], "no picture");
        var report = new HtmlReport("Report", "Summary");
        Assert.Multiple(() =>
        {
            Assert.That(() => report.Table(["a", "b"], [["1"]]), Throws.ArgumentException.With.Message.Contains("2 columns"));
            Assert.That(() => report.Figure(folder["text.png"], "caption"), Throws.ArgumentException.With.Message.Contains("text.png"));
        });
    }

    [Test]
    public void Numbers_in_tables_are_aligned()
    {
        var html = new HtmlReport("Report", "Summary")
            .Table(["name", "value"], [["a", "0.25"], ["b", "1,000"], ["c", "\u22123 %"]])
            .ToHtml();
        Assert.That(Count(html, "<td class=\"number\">"), Is.EqualTo(3));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

using System.Net;
using System.Text.RegularExpressions;
using Diffusion.Playground.Server;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>What is served besides the models: the page, and the guide.</summary>
public sealed partial class PageTests
{
    private Visitor _visitor = null!;

    [OneTimeSetUp]
    public async Task Come() => _visitor = await Visitor.Come();

    [OneTimeTearDown]
    public async Task Go() => await _visitor.DisposeAsync();

    [Test]
    public async Task The_page_comes_with_all_that_it_names()
    {
        HashSet<string> seen = [];
        Queue<string> left = new(["index.html"]);
        while (left.TryDequeue(out string? name))
        {
            if (!seen.Add(name))
                continue;
            using var answer = await _visitor.Client.GetAsync(name == "index.html" ? "/" : "/" + name);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), name);
            string text = await answer.Content.ReadAsStringAsync();
            Assert.That(text.ReplaceLineEndings("\n").Count(c => c == '\n'), Is.LessThanOrEqualTo(250), $"{name}: a file is about one thing");
            Assert.That(ForeignAddress().Matches(text).Select(match => match.Value), Is.Empty, $"{name} works without a network");
            foreach (Match match in Named().Matches(text))
                left.Enqueue(match.Groups[1].Value);
        }

        Assert.That(seen, Is.SupersetOf(new[] { "style.css", "main.js", "icon.svg", "pointer.js", "presets.js" }));
    }

    [Test]
    public async Task Every_link_to_the_guide_leads_to_a_chapter()
    {
        string all = await _visitor.Client.GetStringAsync("/") + await _visitor.Client.GetStringAsync("/controls.js");
        string[] chapters = [.. ChapterName().Matches(all).Select(match => match.Value).Distinct()];
        Assert.That(chapters, Has.Length.GreaterThan(5));
        foreach (string chapter in chapters)
        {
            using var answer = await _visitor.Client.GetAsync("/guide/" + chapter);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), chapter);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("<h1"), chapter);
        }
    }

    [TestCase("[next](06-objectives.md#v)", "<a href=\"/guide/06-objectives#v\">next</a>")]
    [TestCase("[the paper](https://arxiv.org/abs/2006.11239)", "<a href=\"https://arxiv.org/abs/2006.11239\">the paper</a>")]
    [TestCase("[`Tape`](../../src/Autograd/Tape.cs)", "<p><code>Tape</code></p>")]
    [TestCase("![a picture](../images/digits.png)", "<img src=\"/figures/digits.png\" alt=\"a picture\"")]
    [TestCase("![a picture](../images/none.png)", "<p>a picture</p>")]
    [TestCase("![a picture](http://example.org/a.png)", "<p>a picture</p>")]
    [TestCase("$x_0$", "<span class=\"math\">\\(x_0\\)</span>")]
    [TestCase("<details><summary>Answer</summary>\n\n*yes*\n\n</details>", "<details><summary>Answer</summary>\n<p><em>yes</em></p>\n</details>")]
    [TestCase("[no](javascript:alert(1))", "<p>no</p>")]
    public void The_guide_leads_to_what_is_served(string markdown, string html) => Assert.That(Pages.Render(markdown), Does.Contain(html));

    [TestCase("<script>alert(1)</script>")]
    [TestCase("<details onclick=\"alert(1)\">")]
    [TestCase("word <b onclick=\"alert(1)\">word</b>")]
    public void Other_markup_of_the_guide_is_left_out(string markdown) => Assert.That(Pages.Render(markdown), Does.Not.Contain("<script").And.Not.Contain("onclick"));

    [Test]
    public async Task Every_figure_of_the_guide_is_served()
    {
        int figures = 0;
        foreach (string chapter in Pages.Chapters)
        {
            foreach (Match image in FigureOf().Matches(await _visitor.Client.GetStringAsync("/guide/" + chapter)))
            {
                using var answer = await _visitor.Client.GetAsync(image.Groups[1].Value);
                Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("image/png"), image.Value);
                figures++;
            }
        }

        Assert.That(figures, Is.GreaterThan(6));
    }

    [Test]
    public async Task A_browser_is_told_to_load_nothing_from_elsewhere()
    {
        using var answer = await _visitor.Client.GetAsync("/");
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("default-src 'none'").And.Contain("connect-src 'self'").And.Contain("frame-ancestors 'none'"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        Assert.That(answer.Headers.Contains("Access-Control-Allow-Origin"), Is.False);
    }

    [Test]
    public async Task A_port_that_is_taken_gives_way_to_a_free_one()
    {
        await using var other = await PlaygroundServer.Start(_visitor.Server.Address.Port, 1);
        Assert.That(other.Address.Port, Is.Not.EqualTo(_visitor.Server.Address.Port));
        Assert.That(other.Address.Host, Is.EqualTo("127.0.0.1"));
    }

    [TestCase("Host", "example.org")]
    [TestCase("Host", "example.org:{port}")]
    [TestCase("Host", "127.0.0.1")]
    [TestCase("Host", "127.0.0.1:1")]
    [TestCase("Host", "127.0.0.1.example.org:{port}")]
    [TestCase("Origin", "http://example.org")]
    [TestCase("Origin", "null")]
    [TestCase("Origin", "http://127.0.0.1:1")]
    [TestCase("Origin", "https://127.0.0.1:{port}")]
    [TestCase("Sec-Fetch-Site", "cross-site")]
    [TestCase("Sec-Fetch-Site", "same-site")]
    public async Task Strangers_are_refused(string header, string value)
    {
        using var answer = await Ask(header, value);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.StartWith("{\"error\":"));
    }

    [TestCase("Host", "127.0.0.1:{port}")]
    [TestCase("Host", "localhost:{port}")]
    [TestCase("Origin", "http://127.0.0.1:{port}")]
    [TestCase("Sec-Fetch-Site", "same-origin")]
    public async Task The_page_itself_is_no_stranger(string header, string value)
    {
        using var answer = await Ask(header, value);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<HttpResponseMessage> Ask(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/choices");
        request.Headers.Add(header, value.Replace("{port}", $"{_visitor.Server.Address.Port}", StringComparison.Ordinal));
        return await _visitor.Client.SendAsync(request);
    }

    // What the page imports and links, all beside it.
    [GeneratedRegex(@"(?:from '\./|href=""|src="")([a-z]+\.(?:js|css|svg))['""]")]
    private static partial Regex Named();

    [GeneratedRegex(@"https?://(?!www\.w3\.org/2000/svg)[^\s""']+")]
    private static partial Regex ForeignAddress();

    [GeneratedRegex("<img src=\"([^\"]+)\"")]
    private static partial Regex FigureOf();

    [GeneratedRegex(@"(?<=['/])\d\d-[a-z]+")]
    private static partial Regex ChapterName();
}

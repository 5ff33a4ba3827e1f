using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NUnit.Framework;
using static Diffusion.Playground.Tests.Gestures;
using static Microsoft.Playwright.Assertions;

namespace Diffusion.Playground.Tests;

/// <summary>The page as a visitor uses it, in Chromium.</summary>
[Category("Browser")]
public sealed partial class BrowserTests : BrowserFixture
{
    [Test]
    public async Task The_guide_has_its_formulas_figures_and_answers()
    {
        var page = await Browser.NewPage();
        await page.Locator("a[href='/guide/06-objectives']").First.ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("6.");
        await page.GotoAsync(new Uri(new Uri(page.Url), "/guide/05-forward").ToString());
        await Expect(page.Locator(".formula math")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator("span.math math")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator("code.language-math")).ToHaveCountAsync(0);
        Assert.That(await page.EvaluateAsync<string>("[...document.querySelectorAll('main p, main li, main h2')].map(text => text.textContent).filter(text => text.includes('$')).join('|')"), Is.Empty);
        await page.Locator("summary").First.ClickAsync();
        await Expect(page.Locator("details[open]")).ToHaveCountAsync(1);
        Assert.That(await page.EvaluateAsync<bool>("[...document.images].every(image => image.complete && image.naturalWidth > 0)"));
    }

    [Test]
    public async Task Draw_train_place_sample_and_share()
    {
        var page = await Browser.NewPage();
        await page.Locator("input[value=draw]").CheckAsync();
        await Stroke(page, (0.3, 0.3), (0.7, 0.35));
        await page.Locator("#brush").SelectOptionAsync("1");
        await Stroke(page, (0.3, 0.7), (0.7, 0.65));
        await Expect(page.Locator("#set-data")).ToHaveValueAsync("drawn");
        await Train(page, iterations: 300);

        await page.Locator("input[value=place]").CheckAsync();
        await Click(page, 0.5, 0.1);
        await Expect(page.Locator("#time")).Not.ToHaveAttributeAsync("max", "1");
        await page.Locator("#set-sampler").SelectOptionAsync("heun");
        await page.Locator("#set-steps").FillAsync("9");
        await page.Locator("#set-label").SelectOptionAsync("1");
        await page.Locator("#set-guidance").FillAsync("1.5");
        await page.Locator("#set-guidance").BlurAsync();
        await Expect(page.Locator("#time")).ToHaveAttributeAsync("max", "9");
        await page.Locator("#budget").ClickAsync();
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(4);

        // The link is the state: the same settings, and the same model.
        byte[] mine = await Download(page, "#model");
        var other = await Browser.NewPage(new Uri(page.Url).Fragment);
        await Expect(other.Locator("#progress")).ToContainTextAsync("done");
        foreach (string setting in new[] { "#set-data", "#set-sampler", "#set-steps", "#set-label", "#set-guidance", "#set-iterations" })
            await Expect(other.Locator(setting)).ToHaveValueAsync(await page.Locator(setting).InputValueAsync());
        Assert.That(await Download(other, "#model"), Is.EqualTo(mine));
        Assert.That(System.Text.Encoding.UTF8.GetString(await Download(other, "#data-csv")), Does.StartWith("left,right,label\n").And.Contain(",1\n"));
        Assert.That(System.Text.Encoding.UTF8.GetString(await Download(other, "#csv")).Split('\n'), Has.Length.EqualTo(402));
        Assert.That((await Download(other, "#png"))[1..4], Is.EqualTo("PNG"u8.ToArray()));
    }

    [Test]
    public async Task Peaks_are_moved_by_the_pointer_and_by_numbers()
    {
        var page = await Browser.NewPage();
        await page.Locator("input[value=peaks]").CheckAsync();
        await Stroke(page, Place(-0.35, 0.65), Place(-1, 1));
        await Expect(page.GetByLabel("Peak 0, left")).ToHaveValueAsync(NearOne());
        await page.GetByLabel("Peak 1, weight").FillAsync("1.4");
        await page.GetByLabel("Peak 1, weight").BlurAsync();
        await page.GetByText("Add a peak").ClickAsync();
        await Expect(page.GetByLabel("Peak 2, left")).ToBeVisibleAsync();
        await Expect(page.Locator("#set-label option")).ToHaveCountAsync(4);
        await Train(page, iterations: 50);
    }

    [Test]
    public async Task Two_visitors_have_their_own_models_and_a_closed_page_gives_its_place_back()
    {
        var first = await Browser.NewPage();
        var second = await Browser.NewPage();
        await Train(first, iterations: 60);
        await Train(second, iterations: 90);
        await Expect(first.Locator("#progress")).ToContainTextAsync("60 of 60");
        await Expect(second.Locator("#progress")).ToContainTextAsync("90 of 90");
        var sessions = Browser.Visitor.Server.Sessions;
        string[] open = [.. sessions.Open.Select(session => session.Id)];
        await first.Context.CloseAsync();
        await second.Context.CloseAsync();
        await Visitor.Until(() => Task.FromResult(!sessions.Open.Any(session => open.Contains(session.Id))));
    }

    [Test]
    public async Task The_keyboard_is_enough()
    {
        var page = await Browser.NewPage();
        await page.Locator("#set-iterations").FillAsync("60");
        await TabTo(page, "train");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#progress")).ToContainTextAsync("done");
        await TabTo(page, "plot");
        foreach (string key in new[] { "ArrowRight", "ArrowRight", "Shift+ArrowUp", "Enter" })
            await page.Keyboard.PressAsync(key);
        await Expect(page.Locator("#plot-words")).ToHaveTextAsync("x_T at 0.1, 0.25");
        await Expect(page.Locator("#time")).ToHaveAttributeAsync("max", "50");
        await TabTo(page, "time");
        await page.Keyboard.PressAsync("Home");
        await Expect(page.Locator("#time-words")).ToHaveTextAsync("t = 50");

        await page.Locator("input[value=place]").FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("input[value=peaks]")).ToBeCheckedAsync();
        await TabTo(page, "plot");
        await page.Keyboard.PressAsync("PageUp");
        await page.Keyboard.PressAsync("+");
        await Expect(page.GetByLabel("Peak 1, spread")).ToHaveValueAsync("0.11");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.GetByLabel("Peak 1, left")).ToHaveValueAsync("0.7");
    }

    [Test]
    public async Task Everything_has_a_name_and_a_line_that_explains_it()
    {
        var page = await Browser.NewPage();
        string[] nameless = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('input, select, button, canvas, progress')]
              .filter(e => !(e.ariaLabel || e.labels?.length || e.textContent.trim() && e.tagName === 'BUTTON'))
              .map(e => e.outerHTML)
            """);
        Assert.That(nameless, Is.Empty);
        string[] unexplained = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('#controls .field')]
              .filter(f => !f.querySelector('.help a[href^="/guide/"]') || !document.getElementById(f.querySelector('input, select').getAttribute('aria-describedby')))
              .map(f => f.textContent)
            """);
        Assert.That(unexplained, Is.Empty);
        Assert.That(await page.Locator("#controls .field").CountAsync(), Is.GreaterThan(15));
    }

    [Test]
    public async Task Axe_finds_nothing([Values] bool isDark)
    {
        var page = await Browser.NewPage(scheme: isDark ? ColorScheme.Dark : ColorScheme.Light);
        await Train(page, iterations: 50);
        await page.Locator("#budget").ClickAsync();
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(4);
        var found = await page.RunAxe();
        Assert.That(found.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {rule.Help}: {node.Html}")), Is.Empty);
    }

    [Test]
    public async Task A_narrow_window_has_nothing_to_scroll_sideways()
    {
        foreach (int width in new[] { 360, 800, 1280 })
        {
            var page = await Browser.NewPage(width: width);
            await page.Locator("#preset").SelectOptionAsync("1");
            await Expect(page.Locator("#bar")).Not.ToHaveAttributeAsync("value", "0");
            Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(width));
            Assert.That(await page.EvaluateAsync<int>("[...document.querySelectorAll('button, select, input')].filter(e => e.getBoundingClientRect().right > innerWidth).length"), Is.Zero);
            if (width == 360)
                await Picture(page, "narrow");
            await page.Context.CloseAsync();
        }
    }

    [Test]
    public async Task A_link_that_is_damaged_says_so()
    {
        var page = await Browser.NewPage("#nonsense");
        await Expect(page.Locator("#problem")).ToContainTextAsync("no state that can be read");
        await Expect(page.Locator("#set-T")).ToHaveValueAsync("50");
    }

    [Test]
    public async Task Every_preset_trains_and_says_what_to_look_at()
    {
        var page = await Browser.NewPage();
        int count = await page.Locator("#preset option").CountAsync();
        Assert.That(count, Is.GreaterThanOrEqualTo(5));
        for (int preset = 0; preset < count; preset++)
        {
            await page.Locator("#preset").SelectOptionAsync($"{preset}");
            await Expect(page.Locator("#progress")).ToContainTextAsync("distance to the exact answer 0.");
            await Expect(page.Locator("#lookat")).Not.ToBeEmptyAsync();
            await Expect(page.Locator("#problem")).ToBeHiddenAsync();
        }
    }

    [Test]
    public async Task Screenshots([Values] bool isDark)
    {
        var page = await Browser.NewPage(width: 1440, scheme: isDark ? ColorScheme.Dark : ColorScheme.Light);
        await page.Locator("#preset").SelectOptionAsync(isDark ? "4" : "1");
        await page.Locator("#stop").ClickAsync(new() { Delay = 2500 });
        await Expect(page.Locator("#progress")).ToContainTextAsync(new Regex("done|stopped"));
        await page.Locator("#budget").ClickAsync();
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(4);
        await Picture(page, isDark ? "dark" : "light");

        // Not empty: the colours of network and oracle are there.
        Assert.That(await page.EvaluateAsync<bool>("""
            () => {
              const canvas = document.getElementById('plot'), data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              return new Set(new Uint32Array(data.buffer)).size > 100;
            }
            """), Is.True);
    }

    [GeneratedRegex(@"^-(1|0\.9\d*|1\.0\d*)$")]
    private static partial Regex NearOne();
}

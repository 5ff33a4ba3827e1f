using System.Text.RegularExpressions;
using Microsoft.Playwright;
using NUnit.Framework;
using static Diffusion.Playground.Tests.Gestures;
using static Microsoft.Playwright.Assertions;

namespace Diffusion.Playground.Tests;

/// <summary>Visitors who do not wait for an answer before they ask for something else.</summary>
[Category("Browser")]
public sealed partial class HurryTests : BrowserFixture
{
    [Test]
    public async Task Training_anew_twice_ends_the_last_model_once()
    {
        var page = await Browser.NewPage();
        await Train(page, iterations: 50);
        var ending = await Held.Back(page, "DELETE", "");
        await page.Locator("#train").ClickAsync();
        await ending.Come;
        await page.Locator("#train").ClickAsync();
        ending.LetGo();
        await Train(page, iterations: 60);
        await Expect(page.Locator("#problem")).ToBeHiddenAsync();
    }

    [Test]
    public async Task A_page_never_has_two_models()
    {
        await using var visitor = await Visitor.Come(sessions: 1);
        var page = await Browser.NewPage(server: visitor.Server);
        var beginning = await Held.Back(page, "POST", "/api/sessions");
        await page.Locator("#train").ClickAsync();
        await beginning.Come;
        await page.Locator("#set-iterations").FillAsync("60");
        await page.Locator("#set-iterations").BlurAsync();
        await page.Locator("#train").ClickAsync();
        beginning.LetGo();
        await Expect(page.Locator("#progress")).ToContainTextAsync("60 of 60 steps, done");
        await Expect(page.Locator("#problem")).ToBeHiddenAsync();
        Assert.That(visitor.Server.Sessions.Open.Count(), Is.EqualTo(1));
        await page.Context.CloseAsync();
    }

    [TestCase("POST", "/view")]
    [TestCase("POST", "/way")]
    [TestCase("POST", "/budget")]
    [TestCase("POST", "/stop")]
    [TestCase("GET", "/model")]
    public async Task What_is_asked_of_a_model_is_given_up_with_it(string method, string what)
    {
        var page = await Browser.NewPage();
        await Train(page, iterations: 50);
        var asked = await Held.Back(page, method, what);
        await (what switch
        {
            "/view" => page.Locator("#set-sampler").SelectOptionAsync("heun"),
            "/way" => Click(page, 0.5, 0.5),
            _ => page.Locator("#" + what[1..]).ClickAsync(),
        });
        await asked.Come;

        // The server has ended the model, and the page does not know it yet.
        var ended = await Held.Back(page, "DELETE", "", onTheWayBack: true);
        await page.Locator("#train").ClickAsync();
        await ended.Come;
        asked.LetGo();
        await asked.Over;
        _ = await Drawn(page);
        ended.LetGo();
        await Expect(page.Locator("#progress")).ToContainTextAsync("50 of 50 steps, done");
        await Expect(page.Locator("#problem")).ToBeHiddenAsync();
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Stop_is_heard_before_the_model_is_there()
    {
        var page = await Browser.NewPage();
        await page.Locator("#set-iterations").FillAsync("100000");
        await page.Locator("#set-pace").FillAsync("10");
        await page.Locator("#set-pace").BlurAsync();
        var beginning = await Held.Back(page, "POST", "/api/sessions");
        await page.Locator("#train").ClickAsync();
        await beginning.Come;
        await page.Locator("#stop").ClickAsync();
        beginning.LetGo();
        await Expect(page.Locator("#progress")).ToContainTextAsync("stopped");
    }

    [Test]
    public async Task A_view_is_shown_that_was_chosen_before_the_model_was_there()
    {
        var page = await Browser.NewPage();
        var beginning = await Held.Back(page, "POST", "/api/sessions");
        await page.Locator("#train").ClickAsync();
        await beginning.Come;
        await page.Locator("#set-sampler").SelectOptionAsync("heun");
        await Expect(page).ToHaveURLAsync(AnyState());
        var request = await page.RunAndWaitForRequestAsync(
            () =>
            {
                beginning.LetGo();
                return Task.CompletedTask;
            },
            "**/view");
        Assert.That(request.PostData, Does.Contain("\"sampler\":\"heun\""));
    }

    [Test]
    public async Task Points_that_come_late_do_not_replace_those_of_the_data_that_are_chosen()
    {
        var page = await Browser.NewPage();
        var late = await Held.Back(page, "GET", "/api/points/moons");
        var chosen = await Held.Back(page, "GET", "/api/points/circles");
        await page.Locator("#set-data").SelectOptionAsync("moons");
        await late.Come;
        await page.Locator("#set-data").SelectOptionAsync("circles");
        await chosen.Come;
        string empty = await Drawn(page), circles = empty;
        chosen.LetGo();
        await Visitor.Until(async () => (circles = await Drawn(page)) != empty);

        late.LetGo();
        await late.Over;
        Assert.That(await Drawn(page), Is.EqualTo(circles));
    }

    [Test]
    public async Task The_budget_of_another_view_is_not_shown()
    {
        var page = await Browser.NewPage();
        await Train(page, iterations: 50);
        var asked = await Held.Back(page, "POST", "/budget");
        await page.Locator("#budget").ClickAsync();
        await asked.Come;
        await page.Locator("#set-sampler").SelectOptionAsync("heun");
        asked.LetGo();
        await asked.Over;
        _ = await Drawn(page);
        await Expect(page.Locator("#bars li")).ToHaveCountAsync(0);
        await Expect(page.Locator("#problem")).ToBeHiddenAsync();
    }

    [Test]
    public async Task What_failed_is_said_though_what_was_asked_before_works()
    {
        var page = await Browser.NewPage();
        var points = await Held.Back(page, "GET", "/api/points/moons");
        await page.Locator("#set-data").SelectOptionAsync("moons");
        await points.Come;
        await page.Locator("#csv").ClickAsync();
        points.LetGo();
        await points.Over;
        _ = await Drawn(page);
        await Expect(page.Locator("#problem")).ToContainTextAsync("no samples yet");
    }

    [Test]
    public async Task A_model_is_seen_as_it_is_though_the_one_before_was_to_be_played()
    {
        var page = await Browser.NewPage();
        await page.Clock.InstallAsync();
        await Train(page, iterations: 50);
        int ways = 0;
        page.Request += (_, request) => ways += request.Url.EndsWith("/way", StringComparison.Ordinal) ? 1 : 0;
        var played = await Held.Back(page, "POST", "/way");
        await page.Locator("#play").ClickAsync();
        await played.Come;
        await page.Locator("#train").ClickAsync();
        await Expect(page.Locator("#progress")).ToContainTextAsync("50 of 50 steps, done");
        played.LetGo();

        // Longer than the page waits for what it plays.
        await page.Clock.RunForAsync(10_000);
        Assert.That(ways, Is.EqualTo(1), "of the new model nobody has asked for a way");
        await Expect(page.Locator("#time-words")).ToHaveTextAsync("t = 0");
    }

    [Test]
    public async Task Nothing_is_said_of_the_last_model_while_the_next_begins()
    {
        var page = await Browser.NewPage();
        await Train(page, iterations: 50);
        var beginning = await Held.Back(page, "POST", "/api/sessions");
        await page.Locator("#train").ClickAsync();
        await beginning.Come;
        Assert.That(await page.Locator("#progress").TextContentAsync(), Is.EqualTo("Nothing is trained yet."));
        beginning.LetGo();
        await Expect(page.Locator("#progress")).ToContainTextAsync("50 of 50 steps, done");
    }

    // The picture after all that has come is drawn.
    private static Task<string> Drawn(IPage page) =>
        page.EvaluateAsync<string>("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(document.getElementById('plot').toDataURL()))))");

    [GeneratedRegex("#.+")]
    private static partial Regex AnyState();
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>Whatever is sent, the answer is 4xx with a line that says why, and the server goes on.</summary>
public sealed class HostileTests
{
    private const string NoSession = "/api/sessions/00000000000000000000000000000000";

    private static readonly (string Path, string Value)[] Refused =
    [
        ("settings/T", "0"), ("settings/T", "-1"), ("settings/T", "101"), ("settings/T", "1e9"), ("settings/T", "1e999"), ("settings/T", "5.5"), ("settings/T", "\"5\""), ("settings/T", "null"),
        ("settings/T", "[5]"), ("settings/T", "true"), ("settings/T", "NaN"), ("settings/T", "99999999999999999999999"),
        ("settings/learningRate", "0"), ("settings/learningRate", "NaN"), ("settings/learningRate", "\"NaN\""), ("settings/learningRate", "1e999"), ("settings/learningRate", "-1e999"),
        ("settings/width", "33"), ("settings/width", "1000000"), ("settings/batch", "0"), ("settings/batch", "1000000"), ("settings/iterations", "2147483647"),
        ("settings/seed", "-1"), ("settings/seed", "1e300"), ("settings/data", "\"../../etc/passwd\""), ("settings/data", "\"\""), ("settings/data", "null"), ("settings/data", "\"drawn\""),
        ("settings/schedule", "\"none\""), ("settings/objective", "7"), ("settings/network", "\"gpt\""), ("settings/objective", "\"variance\""), ("settings/schedule", "\"straight\""),
        ("settings/peaks", "[]"), ("settings/peaks", "[null]"), ("settings/peaks", "{}"), ("settings/peaks", "\"peaks\""), ("settings/peaks/0/sigma", "0"), ("settings/peaks/0/sigma", "-0.1"),
        ("settings/peaks/0/weight", "0"), ("settings/peaks/0/weight", "1e308"), ("settings/peaks/0/left", "1e999"), ("settings/peaks/0/left", "1000"), ("settings/peaks/0/height", "1"),
        ("settings/points", "[[1]]"), ("settings/points", "[[1,2,3,4]]"), ("settings/points", "[null]"), ("settings/points", "[1,2]"), ("settings/points", "[[\"a\",0,0]]"), ("settings/points", "[[0,0,0.5]]"), ("settings/points", "[[0,4,0]]"),
        ("settings/unknown", "1"), ("settings", "null"), ("settings", "[]"), ("view", "null"), ("unknown", "1"),
        ("view/sampler", "\"\""), ("view/sampler", "\"ddpm; rm\""), ("view/sampler", "\"ddpm-learned\""), ("view/steps", "0"), ("view/steps", "6"), ("view/steps", "1e30"),
        ("view/label", "2"), ("view/label", "-2"), ("view/label", "0.5"), ("view/guidance", "1e999"), ("view/guidance", "-1.1"), ("view/from", "1.5"), ("view/from", "-0.1"), ("view/to", "2"), ("view/time", "NaN"), ("view/pace", "0"), ("view/pace", "1e9"),
    ];

    private Visitor _visitor = null!;

    [OneTimeSetUp]
    public async Task Come() => _visitor = await Visitor.Come(sessions: 4);

    [OneTimeTearDown]
    public async Task Go() => await _visitor.DisposeAsync();

    [TearDown]
    public async Task The_server_goes_on()
    {
        using var answer = await _visitor.Client.GetAsync("/api/choices");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCaseSource(nameof(Values))]
    public async Task A_value_that_is_not_accepted(string path, string value) =>
        await Expect(await _visitor.Post("/api/sessions", With(path, value)), HttpStatusCode.BadRequest);

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("\"text\"")]
    [TestCase("{\"settings\":{},\"view\":{}}")]
    [TestCase("{\"settings\":1,\"settings\":2}")]
    [TestCase("\0\u0001\u0002")]
    [TestCase("<xml/>")]
    public async Task A_body_that_is_none(string body) => await Expect(await _visitor.Post("/api/sessions", body), HttpStatusCode.BadRequest);

    [Test]
    public async Task A_body_that_is_not_UTF_8()
    {
        using var content = new ByteArrayContent([(byte)'{', (byte)'"', 0xff, 0xfe, 0xc0, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        content.Headers.ContentType = new("application/json");
        await Expect(await _visitor.Client.PostAsync("/api/sessions", content), HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_body_that_is_too_deep() => await Expect(await _visitor.Post("/api/sessions", new string('[', 10_000)), HttpStatusCode.BadRequest);

    [Test]
    public async Task A_body_that_is_too_large()
    {
        // The server answers by the announced length and closes: a client that still sent would see a broken connection, not the answer.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/sessions")
        {
            Content = new StringContent("{\"settings\":\"" + new string('a', 200_000) + "\"}", Encoding.UTF8, "application/json"),
        };
        request.Headers.ExpectContinue = true;
        await Expect(await _visitor.Client.SendAsync(request), HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task Too_many_points() =>
        await Expect(await _visitor.Post("/api/sessions", With("settings/points", "[" + string.Join(',', Enumerable.Repeat("[0,0,0]", 301)) + "]")), HttpStatusCode.BadRequest);

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("multipart/form-data")]
    public async Task A_form_of_another_site(string type) =>
        await Expect(await _visitor.Post("/api/sessions", Visitor.Small().ToJsonString(), type), HttpStatusCode.UnsupportedMediaType);

    [TestCase("GET", "/nothing", 404)]
    [TestCase("GET", "/../../etc/passwd", 404)]
    [TestCase("GET", "/..%2f..%2fetc%2fpasswd", 404)]
    [TestCase("GET", "/%2e%2e/appsettings.json", 404)]
    [TestCase("GET", "/Playground.dll", 404)]
    [TestCase("GET", "/guide/..%2f..%2fREADME", 404)]
    [TestCase("GET", "/guide/nothing", 404)]
    [TestCase("GET", "/api/points/..%2f..", 404)]
    [TestCase("GET", "/api/points/mixture", 404)]
    [TestCase("GET", NoSession, 404)]
    [TestCase("GET", NoSession + "/frames", 404)]
    [TestCase("GET", NoSession + "/model", 404)]
    [TestCase("DELETE", NoSession, 404)]
    [TestCase("POST", NoSession + "/stop", 404)]
    [TestCase("GET", "/api/sessions/..%2f..%2f/model", 404)]
    [TestCase("GET", "/api/sessions", 405)]
    [TestCase("PUT", "/api/choices", 405)]
    [TestCase("POST", "/", 405)]
    [TestCase("TRACE", "/", 405)]
    public async Task An_address_where_nothing_is(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await Expect(await _visitor.Client.SendAsync(request), (HttpStatusCode)status);
    }

    [TestCase("view", "{\"sampler\":\"ddpm\",\"label\":7,\"guidance\":0,\"time\":0}")]
    [TestCase("view", "{\"sampler\":\"ddpm\",\"label\":0,\"guidance\":0,\"time\":0,\"steps\":6}")]
    [TestCase("view", "{}")]
    [TestCase("way", "{\"placed\":[[0,0]]}")]
    [TestCase("way", "{\"view\":{view},\"placed\":[[0]]}")]
    [TestCase("way", "{\"view\":{view},\"placed\":[null]}")]
    [TestCase("way", "{\"view\":{view},\"placed\":[[1e999,0]]}")]
    [TestCase("way", "{\"view\":{view},\"placed\":[[9,0]]}")]
    [TestCase("way", "{\"view\":{view},\"placed\":[[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0],[0,0]]}")]
    [TestCase("budget", "null")]
    [TestCase("budget", "{\"sampler\":\"ddpm-learned\",\"label\":0,\"guidance\":0,\"time\":0}")]
    public async Task A_look_that_is_not_accepted(string what, string body)
    {
        string session = await _visitor.Begin(Visitor.Small());
        await Expect(await _visitor.Post($"{session}/{what}", body.Replace("{view}", Visitor.View().ToJsonString(), StringComparison.Ordinal)), HttpStatusCode.BadRequest);
        _ = await _visitor.Client.DeleteAsync(session);
    }

    [TestCase("GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [TestCase("GET / HTTP/1.1\r\n\r\n")]
    [TestCase("GET / HTTP/1.0\r\n\r\n")]
    [TestCase("GET /%00 HTTP/1.1\r\nHost: {host}\r\n\r\n")]
    [TestCase("GET /%ff%fe HTTP/1.1\r\nHost: {host}\r\n\r\n")]
    [TestCase("GET ../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n")]
    [TestCase("POST /api/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json; charset=none\r\nContent-Length: 2\r\n\r\n{}")]
    [TestCase("POST /api/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json; charset=\r\nContent-Length: 2\r\n\r\n{}")]
    [TestCase("POST /api/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}")]
    [TestCase("POST /api/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n")]
    [TestCase("POST /api/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")]
    [TestCase("\u0016\u0003\u0001\r\n\r\n")]
    public async Task Bytes_that_are_no_request(string bytes)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _visitor.Server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes.Replace("{host}", _visitor.Server.Address.Authority, StringComparison.Ordinal)));
        using var reader = new StreamReader(client.GetStream());
        Assert.That(await reader.ReadLineAsync(), Does.Match("^HTTP/1.1 4"));
    }

    private static IEnumerable<TestCaseData> Values() => Refused.Select(refused => new TestCaseData(refused.Path, refused.Value));

    // The small request with another value, as text: JSON's own words for numbers cannot say NaN.
    private static string With(string path, string value)
    {
        var request = Visitor.Small();
        JsonNode node = request;
        string[] names = path.Split('/');
        foreach (string name in names[..^1])
            node = int.TryParse(name, out int index) ? node[index]! : node[name]!;
        node[names[^1]] = "{value}";
        return request.ToJsonString().Replace("\"{value}\"", value, StringComparison.Ordinal);
    }

    private static async Task Expect(HttpResponseMessage answer, HttpStatusCode status)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), text);
        string error = JsonNode.Parse(text)!["error"]!.GetValue<string>();
        Assert.That(error, Is.Not.Empty.And.Not.Contain("\n").And.Not.Contain("   at "));
        answer.Dispose();
    }
}

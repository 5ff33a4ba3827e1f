using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>What the report says holds for the settings of its run: words of other settings are not in it.</summary>
[TestFixture]
internal sealed partial class ReportWordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    private static IEnumerable<TestCaseData> Settings()
    {
        static TestCaseData Case(string name, string[] options, string[] said, string[] notSaid) => new TestCaseData(name, options, said, notSaid).SetArgDisplayNames(name);

        yield return Case("as it is", [], ["With the cosine schedule", "The last step of the cosine schedule divides by √α_T = 0.03", "A UNet with", "Decoder 2"], ["linear schedule", "sigmoid", "fully connected"]);
        yield return Case("linear", ["--schedule", "linear"], ["With the linear schedule", "the linear one; the assignment's is the cosine"], ["cosine schedule", "β_t is clipped", "√α_T = 0.03"]);
        yield return Case("mlp", ["--schedule", "sigmoid", "--network", "mlp"], ["With the sigmoid schedule", "A fully connected network with 32 features", "in place of the assignment's UNet"], ["cosine schedule", "A UNet with", "Decoder 2", "Encoder 2"]);
    }

    [TestCaseSource(nameof(Settings))]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Words_are_those_of_the_run(string name, string[] options, string[] said, string[] notSaid)
    {
        var result = CommandLineProgram.Run(_folder["."], [.. CommandLineProgram.Tiny, .. options, "--out", name]);
        Assert.That(result.Code, Is.Zero, result.Error);

        // The configuration at the end and the pictures have words of their own.
        string text = Pictures().Replace(File.ReadAllText(_folder[$"{name}/report.html"]).Split("Configuration and metrics</h2>")[0], "");
        text = System.Net.WebUtility.HtmlDecode(text);
        using (Assert.EnterMultipleScope())
        {
            foreach (string words in said)
                Assert.That(text, Does.Contain(words));
            foreach (string words in notSaid)
                Assert.That(text, Does.Not.Contain(words));
        }
    }

    [GeneratedRegex("data:image[^\"]*|<style.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Pictures();
}

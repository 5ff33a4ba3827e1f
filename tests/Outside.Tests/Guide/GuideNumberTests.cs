using System.Globalization;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.Guide;

/// <summary>Numbers that chapters state outside of their code, computed.</summary>
public sealed class GuideNumberTests
{
    private static IEnumerable<TestCaseData> Numbers =>
    [
        Stated("01-tensors", "52{,}997", (((((2 * 28) + 3) * 28) + 4) * 32) + 5),
        Stated("01-tensors", "share 32", (3 * 16) - 16),
        Stated("02-tape", "200{,}704", 64 * 784 * 4),
        Stated("03-operation", "5 \\cdot 10^{-6}", Math.Pow(Math.Pow(2, -53), 1 / 3.0), 1e-6),
        Stated("03-operation", "2 \\cdot 10^{-11}", Math.Pow(Math.Pow(2, -53), 2 / 3.0), 1e-11),
        Stated("03-operation", "4\\cdot 10^{-3}", Math.Pow(Math.Pow(2, -24), 1 / 3.0), 1e-3),
        Stated("03-operation", "2 \\cdot 10^{-5}", Math.Pow(Math.Pow(2, -24), 2 / 3.0), 1e-5),
        Stated("04-layers", "614,656", 784 * 784),
        Stated("04-layers", "the window is 0.16", 1 / (2 * Math.PI)),
        Stated("04-layers", "18{,}496", (9 * 32 * 64) + 64),
        Stated("04-layers", "0.0226", Math.Sqrt(-Math.Log(0.99) / (2 * Math.PI * Math.PI))),
        Stated("04-layers", "1/44", 1 / Math.Sqrt(-Math.Log(0.99) / (2 * Math.PI * Math.PI))),
        Stated("04-layers", ": 35 pixels", 1 + (2 * 2) + 2 + (2 * 2 * 2) + (2 * 2) + (2 * 2 * 4)),
        Stated("07-sampling", "3.2 times", Math.Sqrt(10)),
        Stated("07-sampling", "1.8 times", Math.Pow(10, 0.25)),
        Stated("07-sampling", "as many: 200", 20 * Math.Sqrt(0.04 / 0.0004)),
        Stated("08-guidance", "gives $w = 4$", (4 - (1 / 0.625)) / ((1 / 0.625) - 1)),
        Stated("09-images", "0.0039", (2 * 128 / 255.0) - 1),
        Stated("09-images", "1,920", 2 * 96 / 0.1),
        Stated("09-images", "about 1.5", 7.54 / 4.91),
        Stated("10-speed", "1.71", 24 / 14.0),
        Stated("10-speed", "takes $9 \\cdot 25 = 225", 9 * 25),
        Stated("10-speed", "(9 + 8) = 272", 16 * (9 + 8)),
        Stated("10-speed", "$324$", 9 * 36),
        Stated("10-speed", "2.25 times fewer", 36 / 16.0),
    ];

    // The last number of the text, in the unit of its last digit, or in the one that is given.
    [TestCaseSource(nameof(Numbers))]
    public void A_number_that_is_stated_is_right(string chapter, string text, double computed, double unit)
    {
        Assert.That(MarkdownPage.Of($"docs/guide/{chapter}.md").Text, Does.Contain(text));
        string number = unit == 0 ? LastNumber(text) : text.Split('\\')[0].Trim();
        int decimals = number.Contains('.', StringComparison.Ordinal) ? number.Length - number.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        double stated = double.Parse(number, CultureInfo.InvariantCulture);
        Assert.That(computed / (unit == 0 ? 1 : unit), Is.EqualTo(stated).Within(0.5 * Math.Pow(10, -decimals)));
    }

    private static TestCaseData Stated(string chapter, string text, double computed, double unit = 0) => new(chapter, text, computed, unit);

    private static string LastNumber(string text)
    {
        string plain = text.Replace("{,}", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        return System.Text.RegularExpressions.Regex.Matches(plain, @"\d+(?:\.\d+)?")[^1].Value;
    }
}

using System.Text;
using Diffusion.Nn.Serialization;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class CsvFileTests
{
    private string _path = "";

    [SetUp]
    public void SetUp() => _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.csv");

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [TestCase("a,b\n1,2\n3,4\n", TestName = "plain")]
    [TestCase("\uFEFFa,b\r\n1,2\r\n3,4\r\n", TestName = "byte order mark, CR LF")]
    [TestCase("a,b\r1,2\r3,4", TestName = "CR, no end of line")]
    [TestCase("\"a\",\"b\"\n\"1\",\"2.0\"\n 3 , \"4\" \n", TestName = "quotes and blanks")]
    [TestCase("# a , b\n1e0,+2\n3.0,.4e1\n\n \n\r\n", TestName = "number sign, exponents, blank lines at the end")]
    public void Is_read(string text)
    {
        var (names, rows) = Read(text);
        Assert.That(names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(rows, Is.EqualTo(new double[] { 1, 2, 3, 4 }));
    }

    [TestCase("", "the file is empty")]
    [TestCase("\n1,2\n", "the first line is no text")]
    [TestCase("a\0b\n", "the first line is no text")]
    [TestCase("a;b\n1;2\n", "separated by semicolons; accepted are commas, and a point for the decimals")]
    [TestCase("a\tb\n1\t2\n", "separated by tabs")]
    [TestCase("a,b\n1,2,3\n", "line 2 is '1,2,3', with 3 fields; accepted are 2, as the first line has names: 'a,b'. A comma separates fields; decimals have a point.")]
    [TestCase("a,b\n\"1,5\",2\n", "decimals have a point")]
    [TestCase("a,b\n1,2\n1;2\n", "line 3 is '1;2', with 1 field; accepted are 2, as the first line has names: 'a,b'. Fields are separated by commas, not by semicolons.")]
    [TestCase("a,b\n0,5;1,5\n", "line 2 is '0,5;1,5', with 3 fields")]
    [TestCase("a,b\n1,x\u0007\n", "line 2 has 'x?' for b; accepted is a number.")]
    [TestCase("a,b\n1,\n", "line 2 has '' for b")]
    [TestCase("a,b\n1,2\0\n", "line 2 has '2?' for b")]
    [TestCase("a,b\n1,2\n\n3,4\n", "line 3 is blank")]
    [TestCase("a,b\n1,1 2\n", "line 2 has '1 2' for b")]
    public void Is_refused_by_line_and_value(string text, string named) =>
        Assert.That(() => Read(text), Throws.TypeOf<InvalidDataException>().With.Message.Contains(named).And.Message.StartsWith(_path));

    [Test]
    public void Another_encoding_is_named()
    {
        File.WriteAllText(_path, "a,b\n1,2\n", Encoding.Unicode);
        Assert.That(() => new CsvFile(_path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the file is UTF-16; accepted is UTF-8"));
    }

    [Test]
    public void A_line_that_never_ends_takes_no_memory()
    {
        File.WriteAllText(_path, "a\n" + new string('1', 3 * CsvFile.LongestLine));
        Assert.That(
            () =>
            {
                using var csv = new CsvFile(_path);
                _ = csv.Read();
            },
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 2 is longer than 1048576 bytes"));
    }

    [Test]
    public void Lines_across_the_ends_of_the_buffer_are_whole([Values("\n", "\r\n", "\r")] string end)
    {
        // Line lengths without a common divisor with the buffer's, so that its ends fall on every place of a line.
        var text = new StringBuilder("a,b").Append(end);
        for (int i = 0; i < 40_000; i++)
            _ = text.Append(i).Append(',').Append(-0.5 * i).Append(end);
        var (_, values) = Read(text.ToString());
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, 40_000).SelectMany(i => new[] { i, -0.5 * i })));
    }

    [Test]
    public void Numbers_are_those_of_the_parser_of_NET_to_the_bit()
    {
        // Digits of chance, and decimals half way between two floats, just above and just below.
        var random = new Random(5);
        List<string> texts = ["0", "-0", "-0.0", ".5", "5.", "1.00000006", "16777217", "16777217.0000001", "16777216.9999999", "0.000000000000001", "123456789012345", "1234567890123456", "3e38", "1e-40"];

        // The nearest double is half way between two floats, and the number itself is not.
        texts.AddRange(["6.18150782585144", "6.76179051399231", "3.09998881816864", "-0.56473508477211"]);
        for (int i = 0; i < 20_000; i++)
        {
            string digits = random.NextInt64(0, 1_000_000_000_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture)[..random.Next(1, 10)];
            texts.Add((random.Next(2) == 0 ? "-" : "") + digits.Insert(random.Next(digits.Length + 1), "."));
            float near = (float)random.NextDouble();
            texts.Add((((double)near + MathF.BitIncrement(near)) / 2).ToString("F15", System.Globalization.CultureInfo.InvariantCulture));
            texts.Add(near.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        }

        File.WriteAllText(_path, "a\n" + string.Join('\n', texts));
        using var csv = new CsvFile(_path);
        foreach (string text in texts)
        {
            Assert.That(csv.Read());
            if (BitConverter.DoubleToInt64Bits(csv.Number<double>(0)) != BitConverter.DoubleToInt64Bits(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture))
                || BitConverter.SingleToInt32Bits(csv.Number<float>(0)) != BitConverter.SingleToInt32Bits(float.Parse(text, System.Globalization.CultureInfo.InvariantCulture)))
                Assert.Fail(text);
        }
    }

    private (IReadOnlyList<string> Names, List<double> Values) Read(string text)
    {
        File.WriteAllText(_path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        using var csv = new CsvFile(_path);
        var values = new List<double>();
        while (csv.Read())
        {
            for (int i = 0; i < csv.Names.Count; i++)
                values.Add(csv.Number<double>(i));
        }

        return (csv.Names, values);
    }
}

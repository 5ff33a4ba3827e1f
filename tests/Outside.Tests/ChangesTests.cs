using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>docs/changes.md names what there is: every name in its right column, and none of a type that is gone.</summary>
public sealed class ChangesTests
{
    [Test]
    public void Every_name_to_write_now_is_there()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "changes.md"));
        var rows = lines.Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal)).Select(line => line.Split(" | ")).ToList();
        Assert.That(rows, Has.Count.GreaterThan(40));
        using (Assert.EnterMultipleScope())
        {
            foreach (string[] row in rows)
            {
                foreach (string name in PublicNames.In(row[^1]))
                    Assert.That(PublicNames.All, Does.Contain(name), string.Join(" | ", row));
            }
        }
    }

    [TestCase("ParameterisedDenoiser")]
    [TestCase("ILearnedVariance")]
    [TestCase("TwoPixelModel")]
    [TestCase("MnistModel")]
    [TestCase("DistillationTrainer")]
    [TestCase("DdpmSettings")]
    public void What_it_replaces_is_gone(string name) => Assert.That(PublicNames.All, Does.Not.Contain(name));
}

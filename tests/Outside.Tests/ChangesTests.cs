using System.Reflection;
using System.Text.RegularExpressions;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>docs/changes.md names what there is: every name in its right column, and none of a type that is gone.</summary>
public sealed partial class ChangesTests
{
    private static readonly HashSet<string> Names = [.. new[] { typeof(Tensor<>), typeof(Variable<>), typeof(Module<>), typeof(IDenoiser<>) }
        .SelectMany(type => type.Assembly.GetExportedTypes())
        .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .Where(member => member is not MethodBase { IsAssembly: true } and not MethodBase { IsPrivate: true })
            .Select(member => member.Name).Append(type.Name.Split('`')[0]))
        .Append("Diffusion")
        .Concat(typeof(IDenoiser<>).Assembly.GetExportedTypes().Select(type => type.Namespace!.Split('.')[^1]))];

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
                foreach (Match code in Code().Matches(row[^1]))
                {
                    foreach (Match name in Name().Matches(code.Value))
                        Assert.That(Names, Does.Contain(name.Value), string.Join(" | ", row));
                }
            }
        }
    }

    [TestCase("ParameterisedDenoiser")]
    [TestCase("ILearnedVariance")]
    [TestCase("TwoPixelModel")]
    [TestCase("MnistModel")]
    [TestCase("DistillationTrainer")]
    [TestCase("DdpmSettings")]
    public void What_it_replaces_is_gone(string name) => Assert.That(Names, Does.Not.Contain(name));

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]{2,}\b")]
    private static partial Regex Name();
}

using System.Reflection;
using System.Text.RegularExpressions;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>The library is built as docs/architecture.md draws it, and nothing of it is closed to others by an internal member.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = Repository.Root;

    // What the folders of the root namespace may not know by name.
    private static readonly string[] RootTypes = ["IDenoiser", "Condition<", "Prediction<", "Parameterisation", "DenoiserArguments", "INoisyClassifier"];

    [Test]
    public void Folders_use_what_the_table_says_and_nothing_else()
    {
        var allowed = Table();
        string source = Path.Combine(Root, "src", "Diffusion");
        string[] folders = [.. Directory.GetDirectories(source).Select(folder => Path.GetFileName(folder)!).Where(name => name is not "bin" and not "obj"), "(root)"];
        Assert.That(allowed.Keys, Is.EquivalentTo(folders));
        using (Assert.EnterMultipleScope())
        {
            foreach (string folder in folders)
                Assert.That(Used(source, folder, folders), Is.EquivalentTo(allowed[folder]), folder);
        }
    }

    [Test]
    public void The_table_has_no_circle()
    {
        var left = Table();
        while (left.Count > 0)
        {
            string[] free = [.. left.Where(folder => folder.Value.All(used => !left.ContainsKey(used))).Select(folder => folder.Key)];
            Assert.That(free, Is.Not.Empty, $"{string.Join(", ", left.Keys)} use each other");
            foreach (string folder in free)
                left.Remove(folder);
        }
    }

    [Test]
    public void Numbers_and_schedules_know_no_denoisers()
    {
        foreach (string folder in (string[])["Numerics", "Schedules"])
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Root, "src", "Diffusion", folder), "*.cs"))
                Assert.That(RootTypes.Where(Code(file).Contains), Is.Empty, file);
        }
    }

    // An abstract member that only the library can override closes its class to everyone else.
    [TestCase(typeof(Tensor<>))]
    [TestCase(typeof(Variable<>))]
    [TestCase(typeof(Module<>))]
    [TestCase(typeof(IDenoiser<>))]
    public void No_public_class_has_a_member_that_only_the_library_can_give(Type type)
    {
        var closed = type.Assembly.GetExportedTypes().Where(each => each.IsClass)
            .SelectMany(each => each.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsAbstract && (method.IsAssembly || method.IsFamilyAndAssembly));
        Assert.That(closed.Select(method => $"{method.DeclaringType}.{method.Name}"), Is.Empty);
    }

    private static IEnumerable<string> Used(string source, string folder, string[] folders)
    {
        string[] files = folder == "(root)" ? Directory.GetFiles(source, "*.cs") : Directory.GetFiles(Path.Combine(source, folder), "*.cs", SearchOption.AllDirectories);
        var names = files.SelectMany(file => Namespaces().Matches(Code(file))).Select(match => match.Groups[1].Value);
        return names.Where(name => name != folder && folders.Contains(name)).Distinct();
    }

    // Comments may speak of what uses them.
    private static string Code(string file) => string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    private static Dictionary<string, string[]> Table() => Rows().Matches(File.ReadAllText(Path.Combine(Root, "docs", "architecture.md")))
        .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Split([',', ' ', '`'], StringSplitOptions.RemoveEmptyEntries));

    // Three columns whose first and last name folders.
    [GeneratedRegex(@"^\| `([A-Z(][A-Za-z)]+|\(root\))` \| [^|]+ \| ((?:`[A-Z][A-Za-z]+`(?:, )?)*)\s*\|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"(?:using Diffusion\.|\bDiffusion\.|(?<![.\w]))(Numerics|Schedules|Data|Networks|Objectives|Training|Models|Sampling|Guidance|Likelihood|Metrics)(?:;|\.[A-Z])")]
    private static partial Regex Namespaces();
}

using System.Reflection;
using System.Runtime.CompilerServices;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>docs/operations.md names every operation that there is, and says what it is for.</summary>
public sealed class DocumentationTests
{
    [Test]
    public void Every_operation_is_in_the_documentation()
    {
        HashSet<string> ofVariables = [.. Library.PublicOperations.Select(method => method.Name)];
        HashSet<string> ofTensors = [.. Names(typeof(TensorOperations)), .. Names(typeof(Tensor<>)).Intersect(ofVariables)];
        string[] expected = [.. ofVariables.Union(ofTensors).Select(name => $"{name}, {(!ofTensors.Contains(name) ? "variables" : !ofVariables.Contains(name) ? "tensors" : "both")}")];
        string[] rows = [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(Here())!, "../../docs/operations.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => $"{line.Split('`')[1]}, {line.Split('|')[^2].Trim()}")];
        Assert.Multiple(() =>
        {
            Assert.That(string.Join("; ", expected.Except(rows)), Is.Empty, "not in docs/operations.md");
            Assert.That(string.Join("; ", rows.Except(expected)), Is.Empty, "in docs/operations.md, but not in the library");
            Assert.That(rows, Is.Unique);
        });
    }

    private static IEnumerable<string> Names(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName).Select(method => method.Name);

    private static string Here([CallerFilePath] string path = "") => path;
}

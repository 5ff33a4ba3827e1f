using System.Reflection;
using System.Text.RegularExpressions;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Outside.Tests;

/// <summary>What users of the libraries can name, and what documents do.</summary>
internal static partial class PublicNames
{
    /// <summary>The names of all types, their members and namespaces.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>([.. new[] { typeof(Tensor<>), typeof(Variable<>), typeof(Module<>), typeof(IDenoiser<>) }
        .SelectMany(type => type.Assembly.GetExportedTypes())
        .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy)
            .Where(member => member is not MethodBase { IsAssembly: true } and not MethodBase { IsPrivate: true })
            .Select(member => member.Name).Append(type.Name.Split('`')[0]))
        .Append("Diffusion")
        .Concat(typeof(IDenoiser<>).Assembly.GetExportedTypes().Select(type => type.Namespace!.Split('.')[^1]))]);

    /// <summary>The names of types and members that a line of a document has between backticks.</summary>
    public static IEnumerable<string> In(string line) => Code().Matches(line).SelectMany(code => Name().Matches(code.Value)).Select(name => name.Value);

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]{2,}\b")]
    private static partial Regex Name();
}

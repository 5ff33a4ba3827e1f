using System.Reflection;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Diffusion.Mutation;

/// <summary>A library of src as the compiler sees it: MSBuild says once how it is compiled, and from then on it is compiled in this process.</summary>
internal sealed class SourceProject
{
    private readonly CSharpCompilation _compilation;
    private readonly Dictionary<string, SyntaxTree> _trees;

    /// <summary>Reads a project that has been built.</summary>
    /// <exception cref="InvalidDataException">MSBuild does not say how it is compiled, or it does not compile as it is.</exception>
    public SourceProject(string root, string name)
    {
        string folder = Path.Combine(root, "src", name);
        var arguments = CSharpCommandLineParser.Default.Parse(CompilerArguments(folder, name), folder, sdkDirectory: null);
        Assembly = arguments.CompilationName!;
        _trees = arguments.SourceFiles.ToDictionary(
            file => Path.GetRelativePath(root, Path.GetFullPath(file.Path, folder)).Replace('\\', '/'),
            file => CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(Path.GetFullPath(file.Path, folder)), System.Text.Encoding.UTF8), arguments.ParseOptions, file.Path));

        // A fault may well leave a warning behind, which the build would take for an error.
        var options = arguments.CompilationOptions.WithGeneralDiagnosticOption(ReportDiagnostic.Default).WithSpecificDiagnosticOptions([]);
        var references = arguments.MetadataReferences.Select(each => MetadataReference.CreateFromFile(Path.GetFullPath(each.Reference, folder), each.Properties));
        var compilation = CSharpCompilation.Create(Assembly, _trees.Values, references, options);

        // What the generators of the framework write (JSON, regular expressions) is made once: no fault changes it.
        var generators = arguments.AnalyzerReferences.Select(each => Path.GetFullPath(each.FilePath, folder)).Where(path => path.Contains("Microsoft.NETCore.App.Ref", StringComparison.Ordinal))
            .SelectMany(path => new AnalyzerFileReference(path, Loader.Instance).GetGenerators(LanguageNames.CSharp));
        CSharpGeneratorDriver.Create(generators, parseOptions: arguments.ParseOptions).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        _compilation = (CSharpCompilation)complete;
        if (Emit(_compilation, out string? error) is null)
            throw new InvalidDataException($"src/{name} does not compile as it is: {error}");
    }

    /// <summary>The name of the library's assembly.</summary>
    public string Assembly { get; }

    /// <summary>The library with a fault; null if that does not compile, and then the reason.</summary>
    public byte[]? Compile(Mutant mutant, out string? error)
    {
        var tree = _trees[mutant.File];
        return Emit(_compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(mutant.Apply(tree.ToString()), System.Text.Encoding.UTF8))), out error);
    }

    /// <summary>The library with other texts in some files, and one file more.</summary>
    /// <exception cref="InvalidDataException">That does not compile.</exception>
    public byte[] Compile(IReadOnlyDictionary<string, string> texts, string added)
    {
        var compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(added, (CSharpParseOptions)_compilation.SyntaxTrees[0].Options));
        foreach (var (file, text) in texts)
            compilation = compilation.ReplaceSyntaxTree(_trees[file], _trees[file].WithChangedText(SourceText.From(text, System.Text.Encoding.UTF8)));
        return Emit(compilation, out string? error) ?? throw new InvalidDataException($"{Assembly} with marks does not compile: {error}");
    }

    private static byte[]? Emit(CSharpCompilation compilation, out string? error)
    {
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        error = result.Diagnostics.FirstOrDefault(each => each.Severity == DiagnosticSeverity.Error)?.ToString();
        return result.Success ? assembly.ToArray() : null;
    }

    // A target that is up to date does nothing, so it is told of an output that never exists.
    private static string[] CompilerArguments(string folder, string name)
    {
        string answer = Command.Read(folder, "dotnet", "msbuild", $"{name}.csproj", "-p:Configuration=Release", "-p:BuildProjectReferences=false", "-t:Compile",
            "-p:ProvideCommandLineArgs=true", "-p:SkipCompilerExecution=true", "-p:NonExistentFile=none/none", "-getItem:CscCommandLineArgs");
        using var json = JsonDocument.Parse(answer);
        string[] arguments = [.. json.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
        return arguments.Length > 0 ? arguments : throw new InvalidDataException($"MSBuild does not say how src/{name} is compiled.");
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public static Loader Instance { get; } = new();

        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => System.Reflection.Assembly.LoadFrom(fullPath);
    }
}

using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Diffusion.Mutation;

/// <summary>The members of a library that have a body, and the library with a mark in each, which says after a test which members ran.</summary>
internal sealed class Marks
{
    private readonly string _library;
    private readonly List<Member> _members = [];
    private readonly Dictionary<string, string> _marked = [];

    /// <summary>Finds the members of a library's files.</summary>
    public Marks(string library, IEnumerable<KeyValuePair<string, string>> sources)
    {
        _library = library;
        foreach (var (file, source) in sources.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var edits = new List<(TextSpan Span, string Text)>();
            foreach (var node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes(node => node is not (BlockSyntax or ArrowExpressionClauseSyntax)))
            {
                if (Edit(node, _members.Count) is not { } edit)
                    continue;
                _members.Add(new Member(file, (node.Parent is AccessorDeclarationSyntax or BaseMethodDeclarationSyntax or IndexerDeclarationSyntax or PropertyDeclarationSyntax ? node.Parent : node).Span));
                edits.Add(edit);
            }

            var text = new StringBuilder(source);
            foreach (var (span, replacement) in edits.OrderByDescending(edit => edit.Span.Start))
                text.Remove(span.Start, span.Length).Insert(span.Start, replacement);
            _marked[file] = text.ToString();
        }
    }

    /// <summary>The variable of the environment that names the folder for the marks.</summary>
    public const string Folder = "DIFFUSION_MARKS";

    /// <summary>Changes when members come, go or move to another file, so that their numbers mean something else.</summary>
    public string Stamp => string.Join(';', _members.GroupBy(member => member.File).Select(file => $"{file.Key} {file.Count()}"));

    /// <summary>The number of the member that a place is in; null for what is in no body, such as the first value of a field.</summary>
    public int? At(string file, TextSpan span)
    {
        int found = _members.FindIndex(member => member.File == file && member.Span.Contains(span));
        return found < 0 ? null : found;
    }

    /// <summary>The members of a file.</summary>
    public IEnumerable<int> Of(string file) => Enumerable.Range(0, _members.Count).Where(i => _members[i].File == file);

    /// <summary>The library with the marks.</summary>
    public byte[] Compile(SourceProject project) => project.Compile(_marked, $$"""
        internal static class {{Name}}
        {
            internal static byte[] Of;

            [System.Runtime.CompilerServices.ModuleInitializer]
            internal static void Begin()
            {
                Of = new byte[{{_members.Count}}];
                if (System.Environment.GetEnvironmentVariable("{{Folder}}") is { } folder)
                    System.AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.File.WriteAllBytes(System.IO.Path.Combine(folder, "{{_library}}"), Of);
            }
        }
        """);

    /// <summary>The marks that a process left in a folder, as numbers of members.</summary>
    public int[] Read(string folder)
    {
        string file = Path.Combine(folder, _library);
        byte[] marks = File.Exists(file) ? File.ReadAllBytes(file) : [];
        return [.. Enumerable.Range(0, marks.Length).Where(i => marks[i] != 0)];
    }

    private string Name => $"DiffusionMarks{_library}";

    // A body gets a statement at its beginning; an expression that is a body becomes one with two statements.
    private (TextSpan Span, string Text)? Edit(SyntaxNode node, int number)
    {
        string mark = $"if (global::{Name}.Of[{number}] == 0) global::{Name}.Of[{number}] = 1;";
        switch (node)
        {
            case BlockSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax } block:
                return (new TextSpan(block.OpenBraceToken.Span.End, 0), mark);
            case ArrowExpressionClauseSyntax { Parent: BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or BasePropertyDeclarationSyntax } arrow:
                string statement = arrow.Expression is ThrowExpressionSyntax || !Returns(arrow.Parent!) ? $"{arrow.Expression}" : $"return {arrow.Expression}";
                string body = $"{{ {mark} {statement}\n; }}";
                var end = arrow.GetLastToken().GetNextToken();
                return (TextSpan.FromBounds(arrow.SpanStart, end.Span.End), arrow.Parent is BasePropertyDeclarationSyntax ? $"{{ get {body} }}" : body);
            default:
                return null;
        }
    }

    private static bool Returns(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => method.ReturnType is not PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
            && !(method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() is "Task" or "ValueTask"),
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax => false,
        AccessorDeclarationSyntax accessor => accessor.IsKind(SyntaxKind.GetAccessorDeclaration),
        _ => true,
    };

    private sealed record Member(string File, TextSpan Span);
}

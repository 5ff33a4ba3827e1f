using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Diffusion.Mutation;

/// <summary>The general operators: every place of a file where one of them can plant a fault.</summary>
internal static class Operators
{
    // What stands instead of an operator: a comparison takes the bound in or out and is turned round, a sum becomes a difference.
    private static readonly Dictionary<SyntaxKind, string[]> Instead = new()
    {
        [SyntaxKind.LessThanExpression] = ["<=", ">="],
        [SyntaxKind.LessThanOrEqualExpression] = ["<", ">"],
        [SyntaxKind.GreaterThanExpression] = [">=", "<="],
        [SyntaxKind.GreaterThanOrEqualExpression] = [">", "<"],
        [SyntaxKind.EqualsExpression] = ["!="],
        [SyntaxKind.NotEqualsExpression] = ["=="],
        [SyntaxKind.LogicalAndExpression] = ["||"],
        [SyntaxKind.LogicalOrExpression] = ["&&"],
        [SyntaxKind.AddExpression] = ["-"],
        [SyntaxKind.MultiplyExpression] = ["/"],
        [SyntaxKind.AddAssignmentExpression] = ["-=", "="],
        [SyntaxKind.SubtractAssignmentExpression] = ["+="],
        [SyntaxKind.MultiplyAssignmentExpression] = ["/="],
    };

    /// <summary>All places of a file, from its beginning to its end.</summary>
    public static IEnumerable<Mutant> Places(string file, string source)
    {
        var root = CSharpSyntaxTree.ParseText(source).GetRoot();
        var seen = new Dictionary<string, int>();
        foreach (var (span, text, what) in root.DescendantNodes(IsOpen).SelectMany(Of))
        {
            var mutant = new Mutant(file, span, text, what, Chosen: false).Located(source);
            int occurrence = seen.GetValueOrDefault(mutant.Id);
            seen[mutant.Id] = occurrence + 1;
            yield return mutant with { Occurrence = occurrence };
        }
    }

    private static IEnumerable<(TextSpan Span, string Text, string What)> Of(SyntaxNode node)
    {
        switch (node)
        {
            case BinaryExpressionSyntax binary when Instead.TryGetValue(node.Kind(), out string[]? others) && !IsText(binary):
                foreach (string other in others)
                    yield return (binary.OperatorToken.Span, other, $"{binary.OperatorToken.Text} became {other}");
                break;
            case BinaryExpressionSyntax binary when node.Kind() is SyntaxKind.SubtractExpression or SyntaxKind.DivideExpression or SyntaxKind.ModuloExpression:
                yield return (binary.Span, $"({binary.Right}) {binary.OperatorToken.Text} ({binary.Left})", $"the operands of {binary.OperatorToken.Text} were swapped");
                break;
            case AssignmentExpressionSyntax assignment when Instead.TryGetValue(node.Kind(), out string[]? others) && !IsText(assignment.Right):
                foreach (string other in others)
                    yield return (assignment.OperatorToken.Span, other, $"{assignment.OperatorToken.Text} became {other}");
                break;
            case LiteralExpressionSyntax { Token.Value: int number } literal:
                yield return (literal.Span, (number + 1).ToString(CultureInfo.InvariantCulture), $"{literal} became {number + 1}");
                break;
            case LiteralExpressionSyntax { Token.Value: double or float } literal:
                yield return (literal.Span, $"({literal} + 1)", $"{literal} became {literal} + 1");
                break;
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax or AwaitExpressionSyntax } statement when IsOpen(statement):
                yield return (statement.Span, ";", "a call was left out");
                break;
        }
    }

    // Nothing is planted in what no body holds (attributes, constants and default values, which their users have compiled in), in the
    // words of exceptions and other texts, in what only debuggers show, and in hints to the processor.
    private static bool IsOpen(SyntaxNode node) => node switch
    {
        ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call } => !call.Expression.ToString().StartsWith("Prefetching.", StringComparison.Ordinal),
        AttributeListSyntax or ParameterListSyntax or BracketedParameterListSyntax or EnumDeclarationSyntax => false,
        FieldDeclarationSyntax field => !field.Modifiers.Any(SyntaxKind.ConstKeyword),
        ThrowStatementSyntax or ThrowExpressionSyntax or InterpolatedStringExpressionSyntax => false,
        MethodDeclarationSyntax { Identifier.Text: "ToString" } => false,
        _ => true,
    };

    private static bool IsText(SyntaxNode node) => node.DescendantNodesAndSelf().Any(each => each.IsKind(SyntaxKind.StringLiteralExpression) || each is InterpolatedStringExpressionSyntax);
}

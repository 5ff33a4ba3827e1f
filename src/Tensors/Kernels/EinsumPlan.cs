namespace Diffusion.Tensors.Kernels;

/// <summary>
/// How a sum over indices, such as <c>bij,bkj->bik</c>, is done as a stack of matrix products: of each operand the dimensions to
/// sum over beforehand and the order of the others, the matrices' shapes, and the order of the result's dimensions.
/// </summary>
/// <param name="SumA">Dimensions of A that are nowhere else: they are summed over first, and dropped.</param>
/// <param name="SumB">Dimensions of B that are nowhere else.</param>
/// <param name="OrderA">The stack, the free dimensions, the contracted ones, among those that are left.</param>
/// <param name="OrderB">The stack, the contracted dimensions, the free ones.</param>
/// <param name="A">[stack, M, K].</param>
/// <param name="B">[stack, K, N].</param>
/// <param name="C">The dimensions of the products, one for each letter.</param>
/// <param name="Order">The order in which the result has them.</param>
internal sealed record EinsumPlan(Index[] SumA, Index[] SumB, Index[] OrderA, Index[] OrderB, Shape A, Shape B, Shape C, Index[] Order)
{
    /// <summary>Reads the equation for two operands.</summary>
    /// <exception cref="ArgumentException">The equation is none of two operands, or it does not fit their shapes: the message names the letters.</exception>
    public static EinsumPlan For(string equation, Shape a, Shape b)
    {
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] operands = sides[0].Split(',');
        if (sides.Length > 2 || operands.Length != 2)
            throw new ArgumentException($"'{equation}' is no sum over the indices of two operands, such as 'bij,bkj->bik'.", nameof(equation));
        string left = Letters(operands[0], a, equation), right = Letters(operands[1], b, equation);
        string result = sides.Length == 2 ? sides[1] : string.Concat((left + right).Where(c => left.Contains(c) != right.Contains(c)).Order());
        Check(equation, left, right, result, a, b);

        string stack = Of(left, c => right.Contains(c) && result.Contains(c)), contracted = Of(left, c => right.Contains(c) && !result.Contains(c));
        string freeA = Of(left, c => !right.Contains(c) && result.Contains(c)), freeB = Of(right, c => !left.Contains(c) && result.Contains(c));
        string onlyA = Of(left, c => !right.Contains(c) && !result.Contains(c)), onlyB = Of(right, c => !left.Contains(c) && !result.Contains(c));
        int Extent(char c) => left.Contains(c) ? a[left.IndexOf(c)] : b[right.IndexOf(c)];
        int Product(string letters) => new Shape([.. letters.Select(Extent)]).Length;
        string all = stack + freeA + freeB;
        return new EinsumPlan(
            Ordered(left, onlyA), Ordered(right, onlyB),
            Ordered(Of(left, c => !onlyA.Contains(c)), stack + freeA + contracted), Ordered(Of(right, c => !onlyB.Contains(c)), stack + contracted + freeB),
            [Product(stack), Product(freeA), Product(contracted)], [Product(stack), Product(contracted), Product(freeB)],
            new Shape([.. all.Select(Extent)]), Ordered(all, result));
    }

    private static Index[] Ordered(string from, string to) => [.. to.Select(c => (Index)from.IndexOf(c))];

    private static string Of(string letters, Func<char, bool> which) => string.Concat(letters.Where(which));

    private static string Letters(string operand, Shape shape, string equation)
    {
        if (operand.Any(c => !char.IsAsciiLetter(c)) || operand.Distinct().Count() != operand.Length)
            throw new ArgumentException($"The indices '{operand}' in '{equation}' are not letters, each once.", nameof(equation));
        return operand.Length == shape.Rank ? operand
            : throw new ArgumentException($"The indices '{operand}' in '{equation}' stand for {operand.Length} dimensions, but the operand has the shape {shape}.", nameof(equation));
    }

    private static void Check(string equation, string left, string right, string result, Shape a, Shape b)
    {
        if (result.Distinct().Count() != result.Length || result.Any(c => !left.Contains(c) && !right.Contains(c)))
            throw new ArgumentException($"The indices '{result}' of the result in '{equation}' are not among those of the operands, each once.", nameof(equation));
        foreach (char c in left.Where(c => right.Contains(c)))
        {
            if (a[left.IndexOf(c)] != b[right.IndexOf(c)])
                throw new ArgumentException($"The index '{c}' in '{equation}' is {a[left.IndexOf(c)]} in {a} and {b[right.IndexOf(c)]} in {b}.", nameof(equation));
        }
    }
}

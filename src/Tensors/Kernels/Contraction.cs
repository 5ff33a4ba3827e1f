namespace Diffusion.Tensors.Kernels;

/// <summary>An Einstein sum of two operands as a stack of matrix products: what is summed before, how the operands are turned, and how the product is turned back.</summary>
internal sealed record Contraction(
    Index[] SumA, Index[] SumB, Index[] OrderA, Index[] OrderB, Shape MatrixA, Shape MatrixB, Shape Product, Index[] OrderResult)
{
    /// <exception cref="ArgumentException">The equation does not fit, see <see cref="TensorOperations.Einsum"/>.</exception>
    public static Contraction Parse(string equation, Shape shapeA, Shape shapeB)
    {
        ArgumentNullException.ThrowIfNull(equation);
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] operands = sides[0].Split(',');
        if (sides.Length != 2 || operands.Length != 2 || !equation.All(c => char.IsAsciiLetter(c) || " ,->".Contains(c, StringComparison.Ordinal)))
            throw new ArgumentException($"An equation of two operands is written like \"bij,bkj->bik\", not \"{equation}\".", nameof(equation));
        string a = operands[0], b = operands[1], result = sides[1];
        var extents = new Dictionary<char, int>();
        Read(a, shapeA, extents, equation);
        Read(b, shapeB, extents, equation);
        foreach (char letter in result)
        {
            if (!extents.ContainsKey(letter) || result.IndexOf(letter, StringComparison.Ordinal) != result.LastIndexOf(letter))
                throw new ArgumentException($"The letter '{letter}' of the result of \"{equation}\" must be in an operand, and in the result once.", nameof(equation));
        }

        // Letters of one operand alone that the result lacks are summed first.
        string keptA = Only(a, c => b.Contains(c) || result.Contains(c)), keptB = Only(b, c => a.Contains(c) || result.Contains(c));
        string batch = Only(keptA, c => keptB.Contains(c) && result.Contains(c)), summed = Only(keptA, c => keptB.Contains(c) && !result.Contains(c));
        string rows = Only(keptA, c => !keptB.Contains(c)), columns = Only(keptB, c => !keptA.Contains(c)), product = batch + rows + columns;
        int Extent(string letters) => checked(letters.Aggregate(1, (length, c) => length * extents[c]));
        return new Contraction(
            [.. a.Except(keptA).Select(c => (Index)a.IndexOf(c, StringComparison.Ordinal))],
            [.. b.Except(keptB).Select(c => (Index)b.IndexOf(c, StringComparison.Ordinal))],
            Order(batch + rows + summed, keptA), Order(batch + summed + columns, keptB),
            [Extent(batch), Extent(rows), Extent(summed)], [Extent(batch), Extent(summed), Extent(columns)],
            new Shape([.. product.Select(c => extents[c])]), Order(result, product));
    }

    private static void Read(string letters, Shape shape, Dictionary<char, int> extents, string equation)
    {
        if (letters.Length != shape.Rank)
            throw new ArgumentException($"\"{letters}\" of \"{equation}\" has {letters.Length} letters, but its operand {shape} has {shape.Rank} dimensions.", nameof(equation));
        for (int i = 0; i < letters.Length; i++)
        {
            if (letters.IndexOf(letters[i], StringComparison.Ordinal) != i)
                throw new ArgumentException($"The letter '{letters[i]}' occurs twice in \"{letters}\" of \"{equation}\"; diagonals are not taken.", nameof(equation));
            if (!extents.TryAdd(letters[i], shape[i]) && extents[letters[i]] != shape[i])
                throw new ArgumentException($"The letter '{letters[i]}' of \"{equation}\" has the extents {extents[letters[i]]} and {shape[i]}.", nameof(equation));
        }
    }

    private static string Only(string letters, Func<char, bool> keep) => string.Concat(letters.Where(keep));

    private static Index[] Order(string wanted, string given) => [.. wanted.Select(c => (Index)given.IndexOf(c, StringComparison.Ordinal))];
}

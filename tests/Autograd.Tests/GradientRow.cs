namespace Diffusion.Autograd.Tests;

/// <summary>
/// One row of the table of gradient checks: an operation, the names of its inputs, and how to build it for some sizes. A
/// new operation gets a row in <see cref="GradientTable"/>; a test names those that have none.
/// </summary>
internal sealed record GradientRow(string Operation, string[] Inputs, Func<Draw, CheckPoint> Build)
{
    public override string ToString() => Operation;

    /// <summary>
    /// The same function of inputs that have a gradient already when the operation's backward pass comes to them, so that it
    /// must add to it: all of them, or only one.
    /// </summary>
    public static CheckPoint Accumulating(CheckPoint point, int? only = null) => point with
    {
        Function = inputs =>
        {
            var result = point.Function(inputs);
            for (int i = only ?? 0; i <= (only ?? inputs.Count - 1); i++)
                result += (0.1 + (0.1 * i)) * inputs[i].Mean();
            return result;
        },
    };
}

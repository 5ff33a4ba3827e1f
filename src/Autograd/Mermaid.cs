using System.Numerics;
using System.Text;

namespace Diffusion.Autograd;

/// <summary>Draws a tape as a Mermaid flow chart: parameters and inputs as rounded boxes, operations as boxes, shapes on the arrows.</summary>
internal static class Mermaid
{
    public static string Draw<T>(Tape<T> tape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var text = new StringBuilder("flowchart TD\n");
        var names = new Dictionary<Variable<T>, string>(ReferenceEqualityComparer.Instance);
        int leaves = 0;
        for (int i = 0; i < tape.Operations.Count; i++)
        {
            var operation = tape.Operations[i];
            _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"    op{i}[\"{operation.Name}\"]\n");
            foreach (var input in operation.Inputs)
            {
                if (!names.TryGetValue(input, out string? source))
                {
                    names[input] = source = $"leaf{leaves++}";
                    string kind = input.RequiresGradient ? "parameter" : "constant";
                    _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"    {source}([\"{Escape(input.Name ?? kind)}\"])\n");
                }

                _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"    {source} -- \"{input.Shape}\" --> op{i}\n");
            }

            names[operation.Output] = $"op{i}";
        }

        if (tape.Operations.Count > 0)
        {
            int last = tape.Operations.Count - 1;
            _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"    op{last} -- \"{tape.Operations[last].Output.Shape}\" --> result((\"result\"))\n");
        }

        return text.ToString();
    }

    private static string Escape(string name) => name.Replace("\"", "#quot;", StringComparison.Ordinal);
}

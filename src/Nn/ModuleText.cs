using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Diffusion.Tensors;

namespace Diffusion.Nn;

public abstract partial class Module<T>
{
    /// <summary>The settings as <see cref="ToString"/> shows them, such as <c>3, 8, bias: false</c>.</summary>
    protected virtual string Settings => "";

    /// <summary>A table of all modules inside this one: name, kind, own parameters and memory; what is shared counts once.</summary>
    public string Summary() => ModuleText.Summary(this, null);

    /// <summary>The kind and settings, and those of all modules inside, as PyTorch shows them.</summary>
    public override string ToString() => ModuleText.Draw(this, "");

    internal string Head => $"{GetType().Name.Split('`')[0]}({Settings})";

    // Own parameters and buffers, without those of children.
    internal IEnumerable<Parameter<T>> OwnParameters => _parameters.Select(named => named.Parameter);

    internal IEnumerable<Tensor<T>> OwnBuffers => _buffers.Select(named => named.Buffer);

    // Does something with every module set to evaluation, and sets each back to what it was.
    internal void Evaluate(Action action)
    {
        var modes = new List<(Module<T> Module, bool IsTraining)>();
        _ = Apply(module => modes.Add((module, module.IsTraining)));
        Train(false);
        try
        {
            action();
        }
        finally
        {
            foreach (var (module, training) in modes)
                module.IsTraining = training;
        }
    }
}

/// <summary>Modules as text.</summary>
internal static class ModuleText
{
    /// <summary>Settings that differ from their defaults, after those that are always shown.</summary>
    public static string Settings(string first, params ReadOnlySpan<(string Name, object? Value, object? Default)> others)
    {
        var text = new StringBuilder(first);
        foreach (var (name, value, standard) in others)
        {
            if (!Equals(value, standard))
                _ = text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? ", " : "")}{name}: {(value is bool flag ? flag ? "true" : "false" : value ?? "null")}");
        }

        return text.ToString();
    }

    public static string Draw<T>(Module<T> module, string indent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (module.Children.Count == 0)
            return module.Head;
        string inner = indent + "  ";
        return $"{module.Head.TrimEnd(')')}\n{string.Concat(module.Children.Select(child => $"{inner}({child.Name}): {Draw(child.Module, inner)}\n"))}{indent})";
    }

    public static string Summary<T>(Module<T> module, Dictionary<Module<T>, Shape>? outputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        List<string[]> rows = [["name", "module", "output", "parameters", "memory"]];
        var seen = new HashSet<object>();
        long parameters = 0, bytes = 0;
        Visit("", module);
        rows.Add(["total", "", "", Number(parameters), Memory(bytes)]);
        int[] columns = outputs is null ? [0, 1, 3, 4] : [0, 1, 2, 3, 4];
        int[] widths = Array.ConvertAll(columns, column => rows.Max(row => row[column].Length));
        return string.Join("\n", rows.Select(row => string.Join("  ", columns.Select((column, i) => column >= 3 ? row[column].PadLeft(widths[i]) : row[column].PadRight(widths[i]))).TrimEnd()));

        void Visit(string name, Module<T> visited)
        {
            long own = visited.OwnParameters.Where(seen.Add).Sum(parameter => (long)parameter.Shape.Length);
            long size = (own + visited.OwnBuffers.Where(seen.Add).Sum(buffer => (long)buffer.Length)) * Unsafe.SizeOf<T>();
            (parameters, bytes) = (parameters + own, bytes + size);
            string kind = visited.Children.Count == 0 ? visited.Head : visited.Head.Replace("()", "", StringComparison.Ordinal);
            rows.Add([name, kind, outputs is not null && outputs.TryGetValue(visited, out var shape) ? shape.ToString() : "", Number(own), Memory(size)]);
            foreach (var (child, inner) in visited.Children)
                Visit(name.Length == 0 ? child : $"{name}.{child}", inner);
        }
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Memory(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB"),
    };
}

namespace Diffusion.Onnx;

/// <summary>
/// A result in the graph, in either order of its dimensions: channels last as here, or channels first as ONNX's convolutions want it. What
/// is asked for and not there is made by a transposition, once; so a chain of convolutions stays in their order by itself.
/// </summary>
public sealed class OnnxValue
{
    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, string> _orders = [];
    private readonly Constant? _constant;
    private string? _last, _first;

    private OnnxValue(OnnxGraph graph, IReadOnlyList<Extent> shape) => (_graph, Shape) = (graph, shape);

    internal OnnxValue(OnnxGraph graph, string name, int[] extents, float[] values)
        : this(graph, [.. extents.Select(extent => (Extent)extent)]) => _constant = new(name, extents, values);

    /// <summary>The shape, channels last.</summary>
    public IReadOnlyList<Extent> Shape { get; }

    /// <summary>Whether it is a single number, of shape [].</summary>
    public bool IsScalar => Shape.Count == 0;

    /// <summary>Whether there is a constant behind it, whose numbers can be laid out as wanted.</summary>
    public bool IsConstant => _constant is not null;

    /// <summary>Its name, channels last.</summary>
    public string Last => _last ??= _constant is not null ? Ordered([.. Enumerable.Range(0, Shape.Count)]) : _graph.Transpose(_first!, [0, .. Enumerable.Range(2, Shape.Count - 2), 1]);

    /// <summary>Its name, channels first: [N, C, ...].</summary>
    public string First => Shape.Count < 3 ? Last : _first ??= Ordered([0, Shape.Count - 1, .. Enumerable.Range(1, Shape.Count - 2)]);

    /// <summary>Whether it is there with channels first only.</summary>
    public bool IsFirst => _last is null && _first is not null;

    /// <summary>A result with channels last.</summary>
    public static OnnxValue OfLast(OnnxGraph graph, string name, IReadOnlyList<Extent> shape) => new(graph, shape) { _last = name };

    /// <summary>A result [N, C, ...] whose shape, channels last, is given.</summary>
    public static OnnxValue OfFirst(OnnxGraph graph, string name, IReadOnlyList<Extent> shape) =>
        shape.Count < 3 ? OfLast(graph, name, shape) : new(graph, shape) { _first = name };

    /// <summary>Its name, the dimensions being in another order: of a constant another constant.</summary>
    public string Ordered(params int[] order)
    {
        string key = string.Join(',', order);
        if (!_orders.TryGetValue(key, out string? name))
            _orders[key] = name = _constant is null ? _graph.Transpose(Last, order) : _constant.Write(_graph, order);
        return name;
    }

    private sealed record Constant(string Name, int[] Extents, float[] Values)
    {
        public string Write(OnnxGraph graph, int[] order)
        {
            int[] strides = new int[order.Length], extents = Array.ConvertAll(order, dimension => Extents[dimension]);
            for (int i = order.Length - 1, stride = 1; i >= 0; stride *= Extents[i--])
                strides[i] = stride;
            float[] values = new float[Values.Length];
            for (int at = 0; at < values.Length; at++)
            {
                int from = 0;
                for (int i = order.Length - 1, rest = at; i >= 0; rest /= extents[i--])
                    from += rest % extents[i] * strides[order[i]];
                values[at] = Values[from];
            }

            return graph.Constant(Name, extents, values);
        }
    }
}

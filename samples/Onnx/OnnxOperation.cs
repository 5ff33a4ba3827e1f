using System.Globalization;

namespace Diffusion.Onnx;

/// <summary>One recorded operation on its way into a graph: what it was computed from, with what attributes, and of which shape it is.</summary>
public sealed class OnnxOperation
{
    private readonly IReadOnlyDictionary<string, object> _attributes;

    internal OnnxOperation(OnnxGraph graph, string kind, IReadOnlyList<OnnxValue> inputs, IReadOnlyList<Extent> shape, IReadOnlyDictionary<string, object> attributes, IReadOnlyList<ProbedView> views)
    {
        (Graph, Kind, Inputs, Shape, Views) = (graph, kind, inputs, shape, views);
        _attributes = attributes;
    }

    /// <summary>The graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>The kind: see <see cref="Autograd.OperationDescription.Kind"/>.</summary>
    public string Kind { get; }

    /// <summary>The inputs, in the operation's order.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>The shape of the result, channels last.</summary>
    public IReadOnlyList<Extent> Shape { get; }

    /// <summary>What the numbers were at each probe, for operations whose attributes are products of extents.</summary>
    internal IReadOnlyList<ProbedView> Views { get; }

    /// <summary>An attribute that is a real number.</summary>
    public double Number(string name) => Get<double>(name);

    /// <summary>An attribute that is true or false.</summary>
    public bool Flag(string name) => Get<bool>(name);

    /// <summary>An attribute that is a text.</summary>
    public string Text(string name) => Get<string>(name);

    /// <summary>An attribute that is a whole number, the same for every batch.</summary>
    public int Whole(string name) => Fixed(name, Get<Extent>(name));

    /// <summary>An attribute that is whole numbers, the same for every batch.</summary>
    public int[] Wholes(string name) => [.. Get<Extent[]>(name).Select(extent => Fixed(name, extent))];

    /// <summary>An attribute that is whole numbers, which may grow with the batch.</summary>
    public IReadOnlyList<Extent> Extents(string name) => Get<Extent[]>(name);

    /// <summary>An attribute that is a list of indices, as a value of the graph: int64 [length].</summary>
    public string Indices(string name) => _attributes.GetValueOrDefault(name) is OnnxIndices list ? list.Name : Graph.Integers(Wholes(name).Select(index => (long)index));

    /// <summary>Rows of a table [R, C] that an attribute lists, one for each sample: [N, C], or [1, C] where all have the same.</summary>
    public string Rows(OnnxValue table, string name) =>
        _attributes.GetValueOrDefault(name) is OnnxIndices { IsEachSample: true } && table.Shape[0] is { Size: 1, IsPerSample: true } ? table.Last
        : _attributes.GetValueOrDefault(name) is OnnxIndices { IsZero: true } && table.Shape[0] == 1 ? table.Last
        : Graph.Node("Gather", [table.Last, Indices(name)], ("axis", 0));

    /// <summary>The result, channels last.</summary>
    public OnnxValue Last(string name) => OnnxValue.OfLast(Graph, name, Shape);

    /// <summary>The result, channels first.</summary>
    public OnnxValue First(string name) => OnnxValue.OfFirst(Graph, name, Shape);

    /// <summary>The result of a node with the operation's shape, channels last.</summary>
    public OnnxValue Last(string type, string[] inputs, params (string Name, object Value)[] attributes) => Last(Graph.Node(type, inputs, attributes));

    /// <summary>
    /// A function of each number by itself: made with channels first where an input is there in that order only, so that nothing is
    /// transposed for it. <paramref name="make"/> is given the names of the inputs, and may add several nodes.
    /// </summary>
    public OnnxValue Pointwise(Func<string[], string> make)
    {
        bool first = Shape.Count >= 3 && Inputs.Any(input => input.IsFirst) && Inputs.All(input => input.IsScalar || input.Shape.SequenceEqual(Shape));
        string name = make([.. Inputs.Select(input => first && !input.IsScalar ? input.First : input.Last)]);
        return first ? First(name) : Last(name);
    }

    private int Fixed(string name, Extent extent) => extent.IsPerSample
        ? throw new ExportException($"The attribute {name} of the operation {Kind} is {extent}; accepted is what is the same for every batch.")
        : extent.Size;

    private TValue Get<TValue>(string name) => _attributes.GetValueOrDefault(name) switch
    {
        TValue value => value,
        null => throw new ExportException($"The operation {Kind} has no attribute {name}."),
        var other => throw new ExportException(string.Create(
            CultureInfo.InvariantCulture, $"The attribute {name} of the operation {Kind} is {(other is OnnxIndices ? "a list that follows an input" : $"of type {other.GetType().Name}")}; accepted is {typeof(TValue).Name}.")),
    };
}

/// <summary>A list of whole numbers that follows an input of the graph, or has one entry for each sample.</summary>
internal sealed class OnnxIndices(Func<string> make)
{
    private string? _name;

    /// <summary>Whether it is 0, 1, ..., N - 1.</summary>
    public bool IsEachSample { get; init; }

    /// <summary>Whether it is 0 for each sample.</summary>
    public bool IsZero { get; init; }

    /// <summary>The value in the graph, int64 [N].</summary>
    public string Name => _name ??= make();
}

/// <summary>A view of an input at one probe, in numbers.</summary>
internal sealed record ProbedView(int[] Input, int[] Shape, int Offset, int[] Strides);

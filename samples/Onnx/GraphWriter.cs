using System.Numerics;
using Diffusion.Onnx.Format;
using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>
/// Makes a graph of the traces of several probes: what is the same in all of them is fixed, what is a multiple of the number of samples
/// grows with it, what has the numbers of an input is that input. What is none of these is refused.
/// </summary>
internal sealed class GraphWriter<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OnnxGraph _graph = new();
    private readonly Trace<T>[] _traces;
    private readonly int[] _samples;
    private readonly LeafSource<T> _sources;
    private readonly OnnxValue?[] _results;

    public GraphWriter(IReadOnlyList<OnnxInput> inputs, IReadOnlyList<OnnxProbe<T>> probes, Trace<T>[] traces, IReadOnlyDictionary<Tensor<T>, string> state)
    {
        _traces = traces;
        _samples = [.. probes.Select(probe => probe.Samples)];
        _sources = new(_graph, inputs, probes, state);
        _results = new OnnxValue[traces[0].Steps.Count];
        string Describe(Trace<T> trace) => string.Join('|', trace.Steps.Select(step => $"{step.Description.Kind}:{string.Join(',', step.Inputs)}")) + string.Join(',', trace.Outputs);
        if (traces.Any(trace => Describe(trace) != Describe(traces[0])))
            throw new ExportException($"The forward pass does other operations for {_samples[0]} samples than for {_samples[^1]}, or for other inputs, so one graph cannot stand for both.");
    }

    public GraphProto Write()
    {
        _sources.DeclareInputs();
        var wanted = Reached();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i])
                _results[i] = OnnxMappings.Map(Operation(i));
        }

        foreach (var (name, source) in _traces[0].Outputs)
        {
            var value = Value(source, "the result");
            _graph.Output(name, value.Last, "", value.Shape);
        }

        return _graph.Graph;
    }

    private bool[] Reached()
    {
        bool[] reached = new bool[_results.Length];
        foreach (var (_, source) in _traces[0].Outputs)
        {
            if (source >= 0)
                reached[source] = true;
        }

        for (int i = reached.Length - 1; i >= 0; i--)
        {
            foreach (int input in _traces[0].Steps[i].Inputs)
            {
                if (reached[i] && input >= 0)
                    reached[input] = true;
            }
        }

        return reached;
    }

    private OnnxOperation Operation(int i)
    {
        var steps = Array.ConvertAll(_traces, trace => trace.Steps[i]);
        string kind = steps[0].Description.Kind;
        OnnxMappings.Require(kind);
        var shape = Extents(steps, step => step.Shape.ToArray()) ?? throw new ExportException(
            $"The shape of the result of {kind} is {steps[0].Shape} for {_samples[0]} samples and {steps[1].Shape} for {_samples[1]}: neither fixed nor a multiple.");
        var inputs = steps[0].Inputs.Select(input => Value(input, kind)).ToArray();
        var attributes = new Dictionary<string, object>();
        List<ProbedView> views = [];
        if (kind == OnnxMappings.View)
        {
            views.AddRange(steps.Zip(_traces, (step, trace) => new ProbedView(
                ShapeOf(trace, step.Inputs[0]).ToArray(), step.Shape.ToArray(), (int)step.Description.Attributes["offset"], (int[])step.Description.Attributes["strides"])));
        }
        else
        {
            foreach (string name in steps[0].Description.Attributes.Keys)
                attributes[name] = Attribute(kind, name, Array.ConvertAll(steps, step => step.Description.Attributes.GetValueOrDefault(name)));
        }

        return new(_graph, kind, inputs, shape, attributes, views);
    }

    private static Shape ShapeOf(Trace<T> trace, int source) => source >= 0 ? trace.Steps[source].Shape : trace.Leaves[-1 - source].Shape;

    private OnnxValue Value(int source, string reader) => source >= 0
        ? _results[source]!
        : _sources.Value(Array.ConvertAll(_traces, trace => trace.Leaves[-1 - source]), reader);

    private object Attribute(string kind, string name, object?[] values)
    {
        if (values[0] is int && Extent.Of([.. values.Select(value => (int)value!)], _samples) is { } extent)
            return extent;
        if (values[0] is int[] && Extents(values, value => (int[])value!) is { } extents)
            return extents;
        if (values[0] is int[])
        {
            return _sources.Indices(Array.ConvertAll(values, value => (int[])value!)) ?? throw new ExportException(
                $"The list '{name}' of the operation {kind} changes with the inputs in a way that a trace cannot follow; it can follow labels, whole times, and what is the same for every batch.");
        }

        return values.All(value => Equals(value, values[0])) ? values[0]! : throw new ExportException(
            $"The attribute {name} of the operation {kind} is {values[0]} for {_samples[0]} samples and {values[1]} for {_samples[1]}; accepted is what is the same for every batch and all inputs.");
    }

    private Extent[]? Extents<TItem>(TItem[] items, Func<TItem, int[]> of)
    {
        int[][] all = Array.ConvertAll(items, item => of(item));
        if (all.Any(each => each.Length != all[0].Length))
            return null;
        var extents = Enumerable.Range(0, all[0].Length).Select(i => Extent.Of(Array.ConvertAll(all, each => each[i]), _samples)).ToArray();
        return extents.All(extent => extent is not null) ? [.. extents.Select(extent => extent!.Value)] : null;
    }
}

using System.Numerics;
using Diffusion.Onnx.Format;
using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>Tells where the numbers that a trace begins with come from: the state of the module, an input, or a constant.</summary>
internal sealed class LeafSource<T>(OnnxGraph graph, IReadOnlyList<OnnxInput> inputs, IReadOnlyList<OnnxProbe<T>> probes, IReadOnlyDictionary<Tensor<T>, string> state)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // T has the digits of float at least; times are rounded to it.
    private const double Rounding = 1e-5;

    private readonly Dictionary<Tensor<T>, OnnxValue> _known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, OnnxIndices> _lists = [];
    private readonly int[] _samples = [.. probes.Select(probe => probe.Samples)];

    public void DeclareInputs()
    {
        Extent n = new(1, true);
        foreach (var input in inputs)
        {
            _ = input switch
            {
                OnnxData data => graph.Input(data.Name, TensorProto.Types.DataType.Float, "", [n, .. data.Sample.ToArray().Select(extent => (Extent)extent)]),
                OnnxTimes => graph.Input(input.Name, TensorProto.Types.DataType.Float, "times, in steps", n),
                OnnxLabels labels => graph.Input(input.Name, TensorProto.Types.DataType.Int64, $"0 to {labels.Classes - 1}, or -1 for none", n),
                OnnxMask => graph.Input(input.Name, TensorProto.Types.DataType.Float, "1 or 0", n),
                _ => graph.Input(input.Name, TensorProto.Types.DataType.Float, ""),
            };
        }
    }

    /// <summary>The value of a leaf that has these numbers at the probes.</summary>
    public OnnxValue Value(Tensor<T>[] leaf, string reader)
    {
        if (_known.TryGetValue(leaf[0], out var known))
            return known;
        return _known[leaf[0]] = Find(leaf) ?? throw new ExportException(
            $"The operation {reader} reads numbers of shape {leaf[0].Shape} that change with the inputs in a way that a trace cannot follow: they were computed outside of the tape. " +
            "Compute them by operations of variables, or by the library's embeddings of steps, classes and vectors.");
    }

    /// <summary>The list that has these entries at the probes; null where it follows nothing that is known.</summary>
    public OnnxIndices? Indices(int[][] lists)
    {
        if (lists.Where((list, i) => list.Length != _samples[i]).Any())
            return null;
        if (All(i => lists[i].Select((entry, at) => entry == at)))
            return Known("each", () => graph.Node("Range", [Scalar(0), graph.Node("Squeeze", [graph.Samples]), Scalar(1)]), isEachSample: true);
        if (All(i => lists[i].Select(entry => entry == lists[0][0])))
            return Known($"all {lists[0][0]}", () => graph.Node("Expand", [graph.Integers(lists[0][0]), graph.Samples]), isZero: lists[0][0] == 0);
        foreach (var input in inputs)
        {
            if (input is OnnxTimes times && All(i => lists[i].Select((entry, at) => entry == (int)probes[i].Times(times.Name)[at])))
                return Known(times.Name, () => graph.Node("Cast", [times.Name], ("to", (int)TensorProto.Types.DataType.Int64)));
            if (input is not OnnxLabels labels)
                continue;
            int none = lists.SelectMany((list, i) => list.Where((_, at) => probes[i].Labels(labels.Name)[at] < 0)).FirstOrDefault(-1);
            if (All(i => lists[i].Select((entry, at) => entry == (probes[i].Labels(labels.Name)[at] is >= 0 and var label ? label : none))))
                return Known($"{labels.Name} {none}", () => graph.Node("Where", [graph.Node("Less", [labels.Name, graph.Integers(0)]), graph.Integers(none), labels.Name]));
        }

        return null;
    }

    private OnnxIndices Known(string key, Func<string> make, bool isEachSample = false, bool isZero = false)
    {
        if (!_lists.TryGetValue(key, out var list))
            _lists[key] = list = new(make) { IsEachSample = isEachSample, IsZero = isZero };
        return list;
    }

    private OnnxValue? Find(Tensor<T>[] leaf)
    {
        string? name = leaf.All(each => ReferenceEquals(each, leaf[0])) ? state.GetValueOrDefault(leaf[0]) : null;
        if (name is not null || leaf.All(each => each.Shape == leaf[0].Shape && each.Span.SequenceEqual(leaf[0].Span)))
            return new(graph, name ?? "constant", leaf[0].Shape.ToArray(), Numbers(leaf[0]));
        var extents = new Extent?[leaf[0].Rank];
        for (int d = 0; d < extents.Length && leaf.All(each => each.Rank == extents.Length); d++)
            extents[d] = Extent.Of(Array.ConvertAll(leaf, each => each.Shape[d]), _samples);
        if (extents.Contains(null))
            return null;
        Extent[] shape = [.. extents.Select(extent => extent!.Value)];
        return (FromInput(leaf) ?? Repeated(leaf, shape)) is { } value ? OnnxValue.OfLast(graph, graph.Reshape(value, shape), shape) : null;
    }

    private string? FromInput(Tensor<T>[] leaf)
    {
        foreach (var input in inputs)
        {
            string? found = input switch
            {
                OnnxData data => FromData(data, leaf),
                OnnxTimes times => FromNumbers(times.Name, leaf, i => probes[i].Times(times.Name)),
                OnnxNumber number => FromNumbers(number.Name, leaf, i => [probes[i].Number(number.Name)]),
                OnnxMask mask => FromMask(mask.Name, leaf),
                _ => null,
            };
            if (found is not null)
                return found;
        }

        return null;
    }

    private string? FromData(OnnxData data, Tensor<T>[] leaf)
    {
        if (Same(leaf, i => probes[i].Data(data.Name)))
            return data.Name;
        if (data.Mask is not { } mask || !Same(leaf, i => Masked(probes[i].Data(data.Name), probes[i].Mask(mask.Name))))
            return null;

        // What is missing may be anything, so it is chosen away and not multiplied by 0.
        string given = graph.Node("Greater", [mask.Name, graph.Number(0.5)]);
        string each = data.Sample.Rank == 0 ? given : graph.Node("Unsqueeze", [given, graph.Integers(Enumerable.Range(1, data.Sample.Rank).Select(axis => (long)axis))]);
        return graph.Node("Where", [each, data.Name, graph.Number(0)]);
    }

    private string? FromMask(string name, Tensor<T>[] leaf)
    {
        if (Same(leaf, i => Tensor<T>.From([_samples[i]], [.. probes[i].Mask(name).Select(given => given ? T.One : T.Zero)])))
            return name;
        return Same(leaf, i => Tensor<T>.From([_samples[i]], [.. probes[i].Mask(name).Select(given => given ? T.Zero : T.One)]))
            ? graph.Node("Sub", [graph.Number(1), name])
            : null;
    }

    // A multiple of an input: the factor is that of the first number, and must be that of all.
    private string? FromNumbers(string name, Tensor<T>[] leaf, Func<int, double[]> numbers)
    {
        if (leaf.Where((each, i) => each.Length != numbers(i).Length).Any())
            return null;
        double factor = double.CreateChecked(leaf[0].Span[0]) / numbers(0)[0];
        bool follows = factor != 0 && All(i => Numbers(leaf[i]).Zip(numbers(i), (value, number) => Math.Abs(value - (factor * number)) <= Rounding * Math.Abs(factor * number)));
        return !follows ? null : Math.Abs(factor - 1) <= Rounding ? name : graph.Node("Mul", [name, graph.Number(factor)]);
    }

    // The same row for each sample, such as zeros for all.
    private string? Repeated(Tensor<T>[] leaf, Extent[] shape)
    {
        if (shape.Length == 0 || shape[0] is not { Size: 1, IsPerSample: true } || shape[1..].Any(extent => extent.IsPerSample))
            return null;
        float[] row = Numbers(leaf[0].Rows(0, 1));
        if (!All(i => Numbers(leaf[i]).Select((value, at) => value == row[at % row.Length])))
            return null;
        return graph.Node("Expand", [graph.Constant("constant", [1, .. shape[1..].Select(extent => extent.Size)], row), graph.ShapeOf(shape)]);
    }

    private static Tensor<T> Masked(Tensor<T> data, bool[] given)
    {
        var masked = data.Clone();
        for (int i = 0; i < given.Length; i++)
        {
            if (!given[i])
                masked.Rows(i, i + 1).Span.Clear();
        }

        return masked;
    }

    private static bool Same(Tensor<T>[] leaf, Func<int, Tensor<T>> other)
    {
        for (int i = 0; i < leaf.Length; i++)
        {
            if (!leaf[i].Span.SequenceEqual(other(i).Span))
                return false;
        }

        return true;
    }

    private static float[] Numbers(Tensor<T> tensor)
    {
        float[] numbers = new float[tensor.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = float.CreateTruncating(tensor.Span[i]);
        return numbers;
    }

    private string Scalar(long value) => graph.Node("Squeeze", [graph.Integers(value)]);

    private bool All(Func<int, IEnumerable<bool>> test) => Enumerable.Range(0, _samples.Length).All(i => test(i).All(holds => holds));
}

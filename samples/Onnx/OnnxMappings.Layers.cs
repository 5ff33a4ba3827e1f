namespace Diffusion.Onnx;

/// <content>Operations that are more than one node, or want channels first.</content>
public static partial class OnnxMappings
{
    private static OnnxValue Concatenate(OnnxOperation operation)
    {
        int dimension = operation.Whole("dimension"), rank = operation.Shape.Count;
        if (rank < 3 || !operation.Inputs.Any(input => input.IsFirst))
            return operation.Last("Concat", [.. operation.Inputs.Select(input => input.Last)], ("axis", dimension));
        int axis = dimension == 0 ? 0 : dimension == rank - 1 ? 1 : dimension + 1;
        return operation.First(operation.Graph.Node("Concat", [.. operation.Inputs.Select(input => input.First)], ("axis", axis)));
    }

    private static OnnxValue Pad(OnnxOperation operation)
    {
        int rank = operation.Shape.Count, dimension = operation.Whole("dimension");
        long[] pads = new long[2 * rank];
        (pads[dimension], pads[rank + dimension]) = (operation.Whole("before"), operation.Whole("after"));
        var graph = operation.Graph;
        return operation.Text("padding") switch
        {
            "Constant" => operation.Last("Pad", [operation.Inputs[0].Last, graph.Integers(pads), graph.Number(operation.Number("value"))], ("mode", "constant")),
            "Reflect" => operation.Last("Pad", [operation.Inputs[0].Last, graph.Integers(pads)], ("mode", "reflect")),
            var other => throw new ExportException($"Padding of the kind {other} has no mapping to ONNX."),
        };
    }

    private static Func<OnnxOperation, OnnxValue> Reduction(string type) => operation =>
    {
        var kept = operation.Extents("kept");
        var x = operation.Inputs[0];
        long[] axes = [.. Enumerable.Range(0, x.Shape.Count).Where(i => kept.Count == 0 || kept[i] != x.Shape[i]).Select(i => (long)i)];
        string reduced = axes.Length == 0 ? x.Last : operation.Graph.Node(type, [x.Last, operation.Graph.Integers(axes)], ("keepdims", 1));
        return operation.Last(operation.Graph.Reshape(reduced, operation.Shape));
    };

    private static OnnxValue MatMul(OnnxOperation operation)
    {
        return operation.Last("MatMul", [Side(operation.Inputs[0], operation.Flag("transposeA")), Side(operation.Inputs[1], operation.Flag("transposeB"))]);

        static string Side(OnnxValue side, bool transposed)
        {
            int rank = side.Shape.Count;
            return transposed ? side.Ordered([.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]) : side.Last;
        }
    }

    private static OnnxValue Linear(OnnxOperation operation)
    {
        var (x, weight) = (operation.Inputs[0], operation.Inputs[1]);
        if (x.Shape.Count == 2)
            return operation.Last("Gemm", [x.Last, weight.Ordered(1, 0), .. operation.Inputs.Skip(2).Select(bias => bias.Last)], ("transB", 1));
        string product = operation.Graph.Node("MatMul", [x.Last, weight.Last]);
        return operation.Last(operation.Inputs.Count == 2 ? product : operation.Graph.Node("Add", [product, operation.Inputs[2].Last]));
    }

    private static OnnxValue Convolution(OnnxOperation operation, string type, int[] weightOrder)
    {
        int[] padding = operation.Wholes("padding");
        List<(string, object)> attributes =
        [
            ("strides", operation.Wholes("stride")), ("pads", (int[])[.. padding, .. padding]), ("dilations", operation.Wholes("dilation")), ("group", operation.Whole("groups")),
        ];
        if (type == "ConvTranspose")
            attributes.Add(("output_padding", operation.Wholes("outputPadding")));
        return operation.First(operation.Graph.Node(
            type, [operation.Inputs[0].First, operation.Inputs[1].Ordered(weightOrder), .. operation.Inputs.Skip(2).Select(bias => bias.Last)], [.. attributes]));
    }

    private static OnnxValue Pooling(OnnxOperation operation, string type, params (string, object)[] more)
    {
        int[] padding = operation.Wholes("padding");
        return operation.First(operation.Graph.Node(
            type, [operation.Inputs[0].First], [("kernel_shape", operation.Wholes("kernel")), ("strides", operation.Wholes("stride")), ("pads", (int[])[.. padding, .. padding]), .. more]));
    }

    private static OnnxValue Upsample(OnnxOperation operation)
    {
        int[] factor = operation.Wholes("factor");
        string scales = operation.Graph.Constant("scales", [4], [1, 1, factor[0], factor[1]]);
        return operation.First(operation.Graph.Node(
            "Resize", [operation.Inputs[0].First, "", scales], ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")));
    }

    // x [N, C, ...] plus rows [N, C] of tables, the inputs from firstTable on.
    private static string AddRows(OnnxOperation operation, string x, int firstTable)
    {
        var graph = operation.Graph;
        for (int i = firstTable; i < operation.Inputs.Count; i++)
            x = graph.Node("Add", [x, Beside(graph, operation.Rows(operation.Inputs[i], $"indices{i - firstTable}"), from: 2, operation.Shape.Count)]);
        return x;
    }

    // With extents of 1 for the dimensions [from, to).
    private static string Beside(OnnxGraph graph, string value, int from, int to) =>
        to <= from ? value : graph.Node("Unsqueeze", [value, graph.Integers(Enumerable.Range(from, to - from).Select(axis => (long)axis))]);

    // Groups as the channels of an instance normalisation, of which runtimes have a kernel.
    private static OnnxValue GroupNorm(OnnxOperation operation)
    {
        var graph = operation.Graph;
        int groups = operation.Whole("groups"), rank = operation.Shape.Count;
        string x = AddRows(operation, operation.Inputs[0].First, firstTable: 3);
        Extent[] shape = rank < 3 ? [.. operation.Shape] : [operation.Shape[0], operation.Shape[^1], .. operation.Shape.Take(1..^1)];
        string h = graph.Node("Reshape", [x, graph.Integers(0, groups, -1)]);
        h = graph.Reshape(graph.Node("InstanceNormalization", [h, graph.Filled(groups, 1), graph.Filled(groups, 0)], ("epsilon", operation.Number("epsilon"))), shape);
        h = graph.Node("Mul", [h, Beside(graph, operation.Inputs[1].Last, from: 1, rank - 1)]);
        h = graph.Node("Add", [h, Beside(graph, operation.Inputs[2].Last, from: 1, rank - 1)]);
        return operation.First(operation.Flag("silu") ? Silu(graph, h) : h);
    }

    // Of qkv [N, 3·C, ...]: queries, keys and values as [N, heads, d, S].
    private static OnnxValue Attention(OnnxOperation operation, bool linear)
    {
        var graph = operation.Graph;
        var qkv = operation.Inputs[0];
        int heads = operation.Whole("heads"), channels = operation.Shape[^1].Size, d = channels / heads;
        string parts = graph.Node("Reshape", [qkv.First, graph.Integers(0, 3, heads, d, -1)]);
        string[] each = [.. graph.Nodes("Split", [parts], 3, ("axis", 1), ("num_outputs", 3)).Select(part => graph.Node("Squeeze", [part, graph.Integers(1)]))];
        var (q, k, v) = (each[0], each[1], each[2]);
        string scale = graph.Number(1 / Math.Sqrt(d)), y;
        if (linear)
        {
            // V·K' is [N, heads, d, d], and times Q it is [N, heads, d, S].
            string summary = graph.Node("MatMul", [v, graph.Transpose(graph.Node("Softmax", [k], ("axis", -1)), 0, 1, 3, 2)]);
            y = graph.Node("MatMul", [graph.Node("Mul", [summary, scale]), graph.Node("Softmax", [q], ("axis", -2))]);
        }
        else
        {
            string scores = graph.Node("MatMul", [graph.Transpose(graph.Node("Mul", [q, scale]), 0, 1, 3, 2), k]);
            y = graph.Node("MatMul", [v, graph.Transpose(graph.Node("Softmax", [scores], ("axis", -1)), 0, 1, 3, 2)]);
        }

        return operation.First(graph.Reshape(y, [operation.Shape[0], channels, .. operation.Shape.Take(1..^1)]));
    }
}

using Diffusion.Onnx.Format;

namespace Diffusion.Onnx;

/// <summary>
/// How each kind of operation is written in ONNX. One of your own gives its kind and attributes by
/// <see cref="Autograd.Operation{T}.Describe"/>, and is made known by <see cref="Register"/>.
/// </summary>
public static partial class OnnxMappings
{
    internal const string View = "View";

    private static readonly Dictionary<string, Func<OnnxOperation, OnnxValue>> Known = new()
    {
        // Functions of one number.
        ["Silu"] = operation => operation.Pointwise(x => Silu(operation.Graph, x[0])),
        ["Relu"] = Function("Relu"),
        ["Gelu"] = Function("Gelu"),
        ["Sigmoid"] = Function("Sigmoid"),
        ["Tanh"] = Function("Tanh"),
        ["Exp"] = Function("Exp"),
        ["Log"] = Function("Log"),
        ["Sqrt"] = Function("Sqrt"),
        ["Root"] = Function("Sqrt"),
        ["Absolute"] = Function("Abs"),
        ["Squared"] = operation => operation.Pointwise(x => operation.Graph.Node("Mul", [x[0], x[0]])),
        ["Pow"] = operation => operation.Pointwise(x => operation.Graph.Node("Pow", [x[0], operation.Graph.Number(operation.Number("exponent"))])),
        ["Reciprocal"] = Function("Reciprocal"),
        ["Sin"] = Function("Sin"),
        ["Cos"] = Function("Cos"),
        ["Clamp"] = operation => operation.Pointwise(x => operation.Graph.Node("Clip", [x[0], operation.Graph.Number(operation.Number("min")), operation.Graph.Number(operation.Number("max"))])),
        ["LogSigmoid"] = operation => operation.Pointwise(x => operation.Graph.Node("Neg", [operation.Graph.Node("Softplus", [operation.Graph.Node("Neg", [x[0]])])])),
        ["Softplus"] = Function("Softplus"),
        ["LeakyRelu"] = operation => operation.Pointwise(x => operation.Graph.Node("LeakyRelu", x, ("alpha", operation.Number("slope")))),
        ["Elu"] = operation => operation.Pointwise(x => operation.Graph.Node("Elu", x, ("alpha", operation.Number("alpha")))),
        ["Scale"] = operation => operation.Pointwise(x => operation.Graph.Node("Mul", [x[0], operation.Graph.Number(operation.Number("factor"))])),
        ["Shift"] = operation => operation.Pointwise(x => operation.Graph.Node("Add", [x[0], operation.Graph.Number(operation.Number("number"))])),

        // Functions of two and three numbers.
        ["Add"] = Function("Add"),
        ["Subtract"] = Function("Sub"),
        ["Multiply"] = Function("Mul"),
        ["Divide"] = Function("Div"),
        ["Power"] = Function("Pow"),
        ["Maximum"] = Function("Max"),
        ["Minimum"] = Function("Min"),
        ["Swish"] = operation => operation.Pointwise(x => operation.Graph.Node("Mul", [x[0], operation.Graph.Node("Sigmoid", [operation.Graph.Node("Mul", x)])])),
        ["Greater"] = Mask("Greater"),
        ["GreaterOrEqual"] = Mask("GreaterOrEqual"),
        ["Equal"] = Mask("Equal"),
        ["Where"] = operation => operation.Pointwise(x => operation.Graph.Node("Where", [operation.Graph.Node("Cast", [x[0]], ("to", (int)TensorProto.Types.DataType.Bool)), x[1], x[2]])),

        // Layout.
        ["Reshape"] = operation => operation.Last(operation.Graph.Reshape(operation.Inputs[0].Last, operation.Shape)),
        [View] = ViewMapping.Map,
        ["Concatenate"] = Concatenate,
        ["Pad"] = Pad,

        // Choice by index.
        ["IndexSelect"] = operation => operation.Last("Gather", [operation.Inputs[0].Last, operation.Indices("indices")], ("axis", operation.Whole("dimension"))),
        ["Lookup"] = operation => operation.Last(operation.Rows(operation.Inputs[0], "indices")),
        ["AddRows"] = operation => operation.First(AddRows(operation, operation.Inputs[0].First, firstTable: 1)),

        // Reductions, and what runs along a dimension.
        ["Sum"] = Reduction("ReduceSum"),
        ["Max"] = Reduction("ReduceMax"),
        ["Min"] = Reduction("ReduceMin"),
        ["LogSumExp"] = Reduction("ReduceLogSumExp"),
        ["Softmax"] = operation => operation.Last("Softmax", [operation.Inputs[0].Last], ("axis", -1)),
        ["LogSoftmax"] = operation => operation.Last("LogSoftmax", [operation.Inputs[0].Last], ("axis", -1)),
        ["CumSum"] = operation => operation.Last("CumSum", [operation.Inputs[0].Last, operation.Graph.Integers(operation.Whole("dimension"))]),

        // Products and layers.
        ["MatMul"] = MatMul,
        ["Linear"] = Linear,
        ["Conv1d"] = operation => Convolution(operation, "Conv", [2, 1, 0]),
        ["Conv2d"] = operation => Convolution(operation, "Conv", [3, 2, 0, 1]),
        ["ConvTranspose1d"] = operation => Convolution(operation, "ConvTranspose", [1, 2, 0]),
        ["ConvTranspose2d"] = operation => Convolution(operation, "ConvTranspose", [2, 3, 0, 1]),
        ["GroupNorm"] = GroupNorm,
        ["LayerNorm"] = operation => operation.Last("LayerNormalization", [.. operation.Inputs.Select(input => input.Last)], ("axis", -1), ("epsilon", operation.Number("epsilon"))),
        ["MaxPool2d"] = operation => Pooling(operation, "MaxPool"),
        ["AvgPool2d"] = operation => Pooling(operation, "AveragePool", ("count_include_pad", operation.Flag("countPadding") ? 1 : 0)),
        ["Upsample"] = Upsample,
        ["SelfAttention"] = operation => Attention(operation, linear: false),
        ["LinearAttention"] = operation => Attention(operation, linear: true),
    };

    /// <summary>The kinds that can be written.</summary>
    public static IReadOnlyCollection<string> Kinds => Known.Keys;

    /// <summary>Makes a kind of operation known, or writes a known one in another way.</summary>
    /// <param name="kind">The kind, as <see cref="Autograd.Operation{T}.Describe"/> gives it.</param>
    /// <param name="mapping">Adds nodes to the graph and gives the result, of the operation's shape.</param>
    public static void Register(string kind, Func<OnnxOperation, OnnxValue> mapping)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        ArgumentNullException.ThrowIfNull(mapping);
        Known[kind] = mapping;
    }

    internal static void Require(string kind)
    {
        if (!Known.ContainsKey(kind))
            throw new ExportException($"The operation {kind} has no mapping to ONNX; OnnxMappings.Register gives it one.");
    }

    internal static OnnxValue Map(OnnxOperation operation) => Known[operation.Kind](operation);

    private static Func<OnnxOperation, OnnxValue> Function(string type) => operation => operation.Pointwise(inputs => operation.Graph.Node(type, inputs));

    private static Func<OnnxOperation, OnnxValue> Mask(string type) => operation => operation.Pointwise(inputs =>
        operation.Graph.Node("Cast", [operation.Graph.Node(type, inputs)], ("to", (int)TensorProto.Types.DataType.Float)));

    private static string Silu(OnnxGraph graph, string x) => graph.Node("Mul", [x, graph.Node("Sigmoid", [x])]);
}

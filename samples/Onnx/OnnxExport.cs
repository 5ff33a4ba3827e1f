using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>
/// Writes networks as ONNX. A forward pass is traced with batches of several sizes and inputs; from what the traces have in common follows
/// the graph, for any number of samples (docs/onnx.md).
/// </summary>
public static class OnnxExport
{
    /// <summary>The names of the inputs and results of networks.</summary>
    public const string Xt = "x_t", Time = "t", Label = "label", Values = "condition", HasValues = "has_condition", Prediction = "prediction", Variance = "variance";

    /// <summary>Any module: whatever its forward pass computes by operations on the tape, from the inputs that it names.</summary>
    /// <param name="module">Whose state becomes constants of the graph, under the names of state dictionaries.</param>
    /// <param name="inputs">The inputs of the file. The first is one that has a row for each sample.</param>
    /// <param name="forward">The forward pass on a tape, with the numbers of a probe; its results with their names.</param>
    /// <exception cref="ExportException">Something cannot be exported; the message says what.</exception>
    public static OnnxFile Of<T>(Module<T> module, IReadOnlyList<OnnxInput> inputs, Func<Tape<T>, OnnxProbe<T>, IReadOnlyList<(string Name, Variable<T> Value)>> forward)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (module.IsTraining)
            throw new ExportException("The module is set to training; call Train(false) before it is exported.");
        if (inputs.Count == 0 || inputs[0] is OnnxNumber)
            throw new ExportException("The first input of a file must have a row for each sample.");
        var state = new Dictionary<Tensor<T>, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, tensor) in module.NamedParameters.Select(named => (named.Name, named.Parameter.Value)).Concat(module.NamedBuffers))
            _ = state.TryAdd(tensor, name);
        var probes = OnnxProbe<T>.Sizes(inputs).Select((samples, i) => new OnnxProbe<T>(samples, i, inputs)).ToArray();
        var tapes = new Stack<Tape<T>>();
        try
        {
            // All tapes stay alive, since the traces are compared by their numbers.
            var traces = Array.ConvertAll(probes, probe =>
            {
                tapes.Push(Tape<T>.StartTrace());
                return new Trace<T>(tapes.Peek(), forward(tapes.Peek(), probe));
            });
            return new(new GraphWriter<T>(inputs, probes, traces, state).Write());
        }
        finally
        {
            foreach (var tape in tapes)
                tape.Dispose();
        }
    }

    /// <summary>A denoising network: <see cref="Xt"/>, <see cref="Time"/>, the condition as far as it takes one, and what it predicts.</summary>
    /// <param name="network">The network, set to evaluation.</param>
    /// <param name="sample">The shape of one sample; null where the network says it.</param>
    /// <param name="timesteps">T; null where the network says it.</param>
    /// <param name="values">The shape of a condition's values for one sample; null for none, or where the network says it.</param>
    /// <exception cref="ExportException">Something cannot be exported; the message says what.</exception>
    public static OnnxFile Of<T>(DenoisingNetwork<T> network, Shape? sample = null, int? timesteps = null, Shape? values = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var inputs = InputsOf(network, sample, timesteps, values);
        var file = Of(network, inputs, (tape, probe) => Forward(network, tape, probe, inputs));
        file.Metadata["architecture"] = network.Architecture;
        file.Metadata["network"] = network.ConfigurationJson;
        return file;
    }

    /// <summary>A classifier of noisy data: <see cref="Xt"/>, <see cref="Time"/>, and the logits [N, classes].</summary>
    /// <exception cref="ExportException">Something cannot be exported; the message says what.</exception>
    public static OnnxFile Of<T>(NoisyClassifier<T> classifier, Shape sample, int timesteps)
        where T : unmanaged, IFloatingPointIeee754<T> => Of(
            classifier, [new OnnxData(Xt, sample), new OnnxTimes(Time, timesteps)],
            (tape, probe) => [("logits", classifier.Forward(tape.Variable(probe.Data(Xt)), probe.Times(Time)))]);

    /// <summary>A classifier of images: <c>images</c>, and the features [N, F] and logits [N, classes].</summary>
    /// <exception cref="ExportException">Something cannot be exported; the message says what.</exception>
    public static OnnxFile Of<T>(ImageClassifier<T> classifier)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sizes = classifier.Configuration;
        return Of(classifier, [new OnnxData("images", new Shape(sizes.Height, sizes.Width, sizes.Channels))], (tape, probe) =>
        {
            var (features, logits) = classifier.Forward(tape, probe.Data("images"));
            return [("features", features), ("logits", logits)];
        });
    }

    internal static List<OnnxInput> InputsOf<T>(DenoisingNetwork<T> network, Shape? sample, int? timesteps, Shape? values, bool wholeTimes = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = sample ?? network.SampleShape ?? throw new ExportException($"The network {network.Architecture} does not say the shape of a sample; it must be given.");
        List<OnnxInput> inputs = [new OnnxData(Xt, shape), new OnnxTimes(Time, timesteps ?? network.Timesteps ?? 100, wholeTimes)];
        if (network.Classes > 0)
            inputs.Add(new OnnxLabels(Label, network.Classes));
        if ((values ?? ConditionOf(network)) is { } condition)
        {
            var mask = new OnnxMask(HasValues);
            inputs.Add(new OnnxData(Values, condition, mask));
            inputs.Add(mask);
        }

        return inputs;
    }

    internal static Condition<T> ConditionOf<T>(OnnxProbe<T> probe, IReadOnlyList<OnnxInput> inputs, bool isAsked = true)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool labels = isAsked && inputs.Any(input => input.Name == Label), values = inputs.Any(input => input.Name == Values);
        return new(
            labels ? probe.Labels(Label) : default, values ? probe.Data(Values) : null, values ? Array.ConvertAll(probe.Mask(HasValues), given => !(given && isAsked)) : default);
    }

    private static List<(string, Variable<T>)> Forward<T>(DenoisingNetwork<T> network, Tape<T> tape, OnnxProbe<T> probe, IReadOnlyList<OnnxInput> inputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var condition = ConditionOf(probe, inputs);
        if (!network.LearnsVariance)
            return [(Prediction, network.Forward(tape, probe.Data(Xt), probe.Times(Time), condition))];
        var (prediction, variance) = network.ForwardWithVariance(tape, probe.Data(Xt), probe.Times(Time), condition);
        return [(Prediction, prediction), (Variance, variance.Shift(T.One).Scale(T.CreateChecked(0.5)))];
    }

    // The values that the library's own networks take.
    private static Shape? ConditionOf<T>(DenoisingNetwork<T> network)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        UNetSizes? sizes = (network as UNet<T>)?.Configuration ?? (UNetSizes?)(network as UNet1d<T>)?.Configuration;
        int features = sizes?.ConditionFeatures ?? (network as MlpDenoiser<T>)?.Configuration.ConditionFeatures ?? 0;
        return features > 0 ? new Shape(features)
            : sizes is { ConditionChannels: > 0 } ? network.SampleShape!.Value.With(^1, sizes.ConditionChannels)
            : null;
    }
}

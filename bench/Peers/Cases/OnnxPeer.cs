using Diffusion.Networks;
using Diffusion.Onnx;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using Microsoft.ML.OnnxRuntime;

namespace Diffusion.Peers.Cases;

/// <summary>
/// ONNX Runtime with the network as this library exports it, on as many threads as we use: all of its optimisations, input and output in
/// memory that is used again. The time is one for the batch, as it is for us; labels are for each sample.
/// </summary>
internal sealed class OnnxPeer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _names, _results;
    private readonly OrtValue[] _inputs, _outputs;
    private readonly float[] _output;

    public OnnxPeer(DenoisingNetwork<float> network, Tensor<float> x, double t, int[] labels)
    {
        network.Train(false);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = Workers.ThreadCount,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        OnnxInput[] inputs = [new OnnxData(OnnxExport.Xt, network.SampleShape!.Value), new OnnxNumber(OnnxExport.Time), new OnnxLabels(OnnxExport.Label, network.Classes)];
        var file = OnnxExport.Of(network, inputs, (tape, probe) =>
            [(OnnxExport.Prediction, network.Forward(tape, probe.Data(OnnxExport.Xt), [probe.Number(OnnxExport.Time)], probe.Labels(OnnxExport.Label)))]);
        _session = new InferenceSession(file.ToBytes(), options);
        int count = labels.Length;
        long[] shape = Array.ConvertAll(x.Shape.ToArray(), extent => (long)extent);
        (_names, _results) = ([OnnxExport.Xt, OnnxExport.Time, OnnxExport.Label], [OnnxExport.Prediction]);
        _output = new float[x.Length];
        _inputs =
        [
            OrtValue.CreateTensorValueFromMemory(x.Span.ToArray(), shape),
            OrtValue.CreateTensorValueFromMemory(new[] { (float)t }, []),
            OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(labels, label => (long)label), [count]),
        ];
        _outputs = [OrtValue.CreateTensorValueFromMemory(_output, shape)];
    }

    /// <summary>The prediction, after <see cref="Run"/>.</summary>
    public ReadOnlySpan<float> Output => _output;

    public void Run() => _session.Run(_run, _names, _inputs, _results, _outputs);

    public void Dispose()
    {
        foreach (var value in (OrtValue[])[.. _inputs, .. _outputs])
            value.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}

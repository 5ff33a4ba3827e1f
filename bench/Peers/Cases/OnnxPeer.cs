using Diffusion.Networks;
using Diffusion.Onnx;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using Microsoft.ML.OnnxRuntime;

namespace Diffusion.Peers.Cases;

/// <summary>
/// ONNX Runtime with the network as this library exports it, on as many threads as we use: all of its optimisations, input and output in
/// memory that is used again. Conditioning is for each sample, as the file has it.
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
        _session = new InferenceSession(OnnxExport.Of(network).ToBytes(), options);
        int count = labels.Length;
        long[] shape = Array.ConvertAll(x.Shape.ToArray(), extent => (long)extent);
        (_names, _results) = ([OnnxExport.Xt, OnnxExport.Time, OnnxExport.Label], [OnnxExport.Prediction]);
        _output = new float[x.Length];
        _inputs =
        [
            OrtValue.CreateTensorValueFromMemory(x.Span.ToArray(), shape),
            OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat((float)t, count).ToArray(), [count]),
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

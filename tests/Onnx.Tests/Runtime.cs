using Diffusion.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Diffusion.Onnx.Tests;

/// <summary>ONNX Runtime with one file.</summary>
internal sealed class Runtime : IDisposable
{
    private readonly InferenceSession _session;

    public Runtime(OnnxFile file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(file.ToBytes(), options);
    }

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    /// <summary>The results in their order.</summary>
    public float[][] Run(params ReadOnlySpan<(string Name, object Value)> inputs)
    {
        var values = new List<NamedOnnxValue>();
        foreach (var (name, value) in inputs)
        {
            if (!_session.InputMetadata.ContainsKey(name))
                continue;
            values.Add(value switch
            {
                Diffusion.Tensors.Tensor<float> tensor => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(tensor.Span.ToArray(), tensor.Shape.ToArray())),
                double[] times => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(Array.ConvertAll(times, time => (float)time), [times.Length])),
                int[] labels => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(Array.ConvertAll(labels, label => (long)label), [labels.Length])),
                bool[] mask => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(Array.ConvertAll(mask, given => given ? 1f : 0), [mask.Length])),
                double number => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(new[] { (float)number }, ReadOnlySpan<int>.Empty)),
                _ => throw new ArgumentException($"No input is made of a {value.GetType().Name}."),
            });
        }

        using var results = _session.Run(values);
        return [.. results.Select(result => result.AsEnumerable<float>().ToArray())];
    }

    /// <summary>The largest difference, in units of the largest number.</summary>
    public static double Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        if (ours.Length != theirs.Length)
            return double.PositiveInfinity;
        double largest = 0, difference = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            double each = Math.Abs((double)ours[i] - theirs[i]);
            difference = each <= difference ? difference : each;
            largest = Math.Max(largest, Math.Abs(ours[i]));
        }

        return difference == 0 ? 0 : difference / largest;
    }

    public void Dispose() => _session.Dispose();
}

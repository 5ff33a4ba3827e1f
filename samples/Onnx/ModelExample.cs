using System.Buffers.Binary;
using System.Numerics;
using Diffusion.Models;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Onnx;

/// <summary>
/// Inputs of a network that are drawn, and what the network predicts of them here: by them whoever runs it elsewhere sees whether the same
/// comes out. Each is a <c>.npy</c> file of the type and under the name that it has in the exported model.
/// </summary>
public static class ModelExample
{
    /// <summary>Writes <c>x_t</c>, <c>t</c> (whole), <c>label</c>, <c>condition</c> and <c>has_condition</c>, as far as the network takes them, and <c>prediction</c>.</summary>
    /// <param name="folder">The folder, which must exist.</param>
    /// <param name="model">The model.</param>
    /// <param name="count">N, how many samples.</param>
    /// <param name="seed">What the inputs are drawn from.</param>
    /// <exception cref="ExportException">The network does not say what it takes.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write<T>(string folder, Model<T> model, int count = 64, ulong seed = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var network = model.Network;
        var random = new RandomSource(seed);
        var inputs = OnnxExport.InputsOf(network, null, model.Schedule.T, null);
        var x = random.For(Purpose.Noise).At(0).Normal<T>(((OnnxData)inputs[0]).Sample.Prepend(count));
        int[] t = new int[count], labels = new int[count];
        random.For(Purpose.Time).At(0).Integers(1, model.Schedule.T + 1, t);
        random.For(Purpose.LabelDropout).At(0).Integers(-1, network.Classes, labels);
        Save(OnnxExport.Xt, x);
        Save(OnnxExport.Time, Numbers(t));
        Tensor<T>? values = null;
        bool[] missing = [.. Enumerable.Range(0, count).Select(i => i % 4 == 3)];
        foreach (var input in inputs)
        {
            if (input is OnnxLabels)
                NpyFile.Write(PathOf(input.Name), [count], Array.ConvertAll(labels, each => (long)each));
            else if (input is OnnxData { Name: OnnxExport.Values } data)
                Save(input.Name, values = random.For(Purpose.Noise).At(1).Normal<T>(data.Sample.Prepend(count)));
            else if (input is OnnxMask)
                Save(input.Name, Numbers([.. missing.Select(each => each ? 0 : 1)]));
        }

        var prediction = Tensor<T>.Uninitialized(x.Shape);
        var condition = new Condition<T>(network.Classes > 0 ? labels : default, values, values is null ? default : missing);
        network.Evaluate(x, Array.ConvertAll(t, each => (double)each), condition, prediction);
        Save(OnnxExport.Prediction, prediction);

        void Save(string name, Tensor<T> tensor)
        {
            byte[] bytes = new byte[tensor.Length * sizeof(float)];
            for (int i = 0; i < tensor.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), float.CreateTruncating(tensor.Span[i]));
            NpyFile.Write(PathOf(name), "<f4", tensor.Shape.AsSpan(), bytes, tensor.Length);
        }

        string PathOf(string name) => Path.Combine(folder, name + ".npy");

        Tensor<T> Numbers(int[] values) => Tensor<T>.From([count], Array.ConvertAll(values, T.CreateTruncating));
    }
}

using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Onnx;

/// <summary>
/// Inputs that a trace is made with. Several probes of different sizes tell what of a trace is fixed, and what follows which input; so
/// their numbers are such that no two inputs can be taken for each other.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class OnnxProbe<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostSamples = 32;

    private readonly Dictionary<string, object> _values = [];

    internal OnnxProbe(int samples, int number, IReadOnlyList<OnnxInput> inputs)
    {
        Samples = samples;
        for (int i = 0; i < inputs.Count; i++)
        {
            var random = new RandomSource(0x0A11).Derive((uint)number).Derive((uint)i);
            _values[inputs[i].Name] = inputs[i] switch
            {
                OnnxData data => random.For(Purpose.Noise).At(0).Normal<T>(data.Sample.Prepend(samples)),
                OnnxTimes times => Times(times, samples, number, i),
                OnnxLabels labels => Labels(labels.Classes, samples, number + i),
                OnnxMask => Mask(samples, number + i),
                OnnxNumber => 0.37 + (0.31 * number) + i,
                _ => throw new ArgumentException($"There is no probe for inputs of type {inputs[i].GetType().Name}.", nameof(inputs)),
            };
        }
    }

    /// <summary>N.</summary>
    public int Samples { get; }

    /// <summary>The numbers of an <see cref="OnnxData"/>, [N, ...].</summary>
    public Tensor<T> Data(string name) => Get<Tensor<T>>(name);

    /// <summary>The N times of an <see cref="OnnxTimes"/>.</summary>
    public double[] Times(string name) => Get<double[]>(name);

    /// <summary>The N labels of an <see cref="OnnxLabels"/>.</summary>
    public int[] Labels(string name) => Get<int[]>(name);

    /// <summary>What an <see cref="OnnxMask"/> says of the N samples.</summary>
    public bool[] Mask(string name) => Get<bool[]>(name);

    /// <summary>The number of an <see cref="OnnxNumber"/>.</summary>
    public double Number(string name) => Get<double>(name);

    /// <summary>Sizes of probes: the last is large enough to ask for every class, or some of many, and for none.</summary>
    internal static int[] Sizes(IReadOnlyList<OnnxInput> inputs)
    {
        int classes = inputs.OfType<OnnxLabels>().Select(labels => labels.Classes).DefaultIfEmpty(0).Max();
        return [2, 3, Math.Clamp(classes + 2, 5, MostSamples)];
    }

    private TValue Get<TValue>(string name) => _values.TryGetValue(name, out object? value) && value is TValue found
        ? found
        : throw new ArgumentException($"The probe has no {typeof(TValue).Name} named '{name}'; it has {string.Join(", ", _values.Keys)}.", nameof(name));

    // All different, in no order, and no multiples of the sample's number.
    private static double[] Times(OnnxTimes times, int samples, int number, int input)
    {
        double[] values = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            double share = (((i + 1) * 0.6180339887498949) + (0.173 * (number + 1)) + (0.377 * input)) % 1;
            values[i] = times.IsWhole ? 1 + Math.Floor(share * times.Largest) : share * times.Largest;
        }

        return values;
    }

    // From the last class down to the first, in steps where there are many, then none; so they are not the samples' numbers.
    private static int[] Labels(int classes, int samples, int number)
    {
        int kinds = Math.Min(classes + 1, MostSamples);
        int[] labels = new int[samples];
        for (int i = 0; i < samples; i++)
        {
            int kind = (i + number) % kinds;
            labels[i] = kind == kinds - 1 ? -1 : classes - 1 - (int)((long)kind * (classes - 1) / Math.Max(1, kinds - 2));
        }

        return labels;
    }

    private static bool[] Mask(int samples, int number)
    {
        bool[] mask = new bool[samples];
        for (int i = 0; i < samples; i++)
            mask[i] = (i + number) % 3 != 1;
        return mask;
    }
}

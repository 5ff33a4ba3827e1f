using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Onnx.Tests;

/// <summary>Modules and inputs that are drawn.</summary>
internal static class Drawn
{
    public static Tensor<float> Normal(Shape shape, uint stream = 0) => new RandomSource(11).Derive(stream).For(Purpose.Noise).At(0).Normal<float>(shape);

    public static double[] Times(int count, int largest, uint stream = 0)
    {
        var uniform = Tensor<float>.Uninitialized([count]);
        new RandomSource(12).Derive(stream).For(Purpose.Time).At(0).Uniform(uniform);
        return [.. uniform.Span.ToArray().Select(share => (double)share * largest)];
    }

    /// <summary>0 ... classes - 1, and -1.</summary>
    public static int[] Labels(int count, int classes, uint stream = 0)
    {
        int[] labels = new int[count];
        new RandomSource(13).Derive(stream).For(Purpose.LabelDropout).At(0).Integers(-1, classes, labels);
        return labels;
    }

    /// <summary>The module with every parameter moved, so that what begins as ones or zeros counts too, and set to evaluation.</summary>
    public static TModule Moved<TModule>(TModule module)
        where TModule : Module<float>
    {
        uint stream = 100;
        foreach (var parameter in module.Parameters)
        {
            var step = Normal(parameter.Shape, stream++);
            for (int i = 0; i < step.Length; i++)
                parameter.Value.Span[i] += 0.1f * step.Span[i];
            parameter.Value.MarkWritten();
        }

        module.Train(false);
        return module;
    }
}

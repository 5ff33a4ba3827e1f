using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Guard;

/// <summary>What is timed: a handful of operations that most time goes to, and a training step of both networks. Public members only, which earlier commits have too.</summary>
internal static class Cases
{
    private const int Side = 28, Steps = 50;

    private static readonly RandomSource Source = new(7);

    public static IReadOnlyDictionary<string, Func<Action>> All { get; } = new Dictionary<string, Func<Action>>
    {
        ["product-256"] = () => Product([256, 256], [256, 256]),
        ["product-stack"] = () => Product([64, 196, 16], [64, 16, 196]),
        ["conv2d-3x3"] = () => Pass([16, Side, Side, 32], new Conv2d<float>(32, 32, 3, new WeightInitializer(Source), padding: 1)),
        ["conv1d-3"] = () => Pass([16, 1024, 64], new Conv1d<float>(64, 64, 3, new WeightInitializer(Source), padding: 1)),
        ["groupnorm-silu"] = () => Pass([16, Side, Side, 32], new GroupNorm<float>(8, 32, silu: true)),
        ["softmax"] = () => Pass([64, 196, 196], null, x => x.Softmax(2)),
        ["attention"] = () => Pass([16, 196, 192], null, x => x.SelfAttention(4)),
        ["upsample"] = () => Pass([16, 14, 14, 32], null, x => x.Upsample(2)),
        ["normals"] = Normals,
        ["adam"] = AdamStep,
        ["two-pixel-step"] = () => Step(new TwoPixelUNet<float>(new() { Timesteps = Steps, Classes = 2 }, Source), [64, 2, 1], 2),
        ["digits-step"] = () => Step(new MnistUNet<float>(new() { Timesteps = Steps }, Source), [16, Side, Side, 1], 10),
    };

    private static Tensor<float> Normal(Shape shape, long index) => Source.At(index).Normal(shape);

    private static Action Product(Shape a, Shape b)
    {
        Tensor<float> left = Normal(a, 1), right = Normal(b, 2);
        return () => _ = left.MatMul(right);
    }

    private static Action Normals()
    {
        Shape shape = [1_000_000];
        return () => _ = Source.At(0).Normal(shape);
    }

    // Forward and backward, with respect to the input and the parameters.
    private static Action Pass(Shape shape, Module<float>? module, Func<Variable<float>, Variable<float>> forward)
    {
        var x = new Parameter<float>(Normal(shape, 3));
        return () =>
        {
            using var tape = Tape<float>.Start();
            tape.Backward(forward(x).Sum());
            x.ClearGradient();
            module?.ZeroGradients();
        };
    }

    private static Action Pass(Shape shape, Layer<float> layer) => Pass(shape, layer, layer.Forward);

    private static Action AdamStep()
    {
        var parameters = Enumerable.Range(0, 40).Select(i => new Parameter<float>(Normal([50_000], i))).ToList();
        var adam = new Adam<float>(parameters) { LearningRate = 1e-3 };
        return () =>
        {
            // A step uses the gradients up, so each has a pass before it: as short a one as there is.
            using var tape = Tape<float>.Start();
            foreach (var parameter in parameters)
                tape.Backward(parameter.Sum());
            adam.Step();
        };
    }

    private static Action Step(DenoisingNetwork<float> model, Shape shape, int classes)
    {
        var adam = new Adam<float>(model.Parameters) { LearningRate = 1e-3 };
        Tensor<float> x = Normal(shape, 4), noise = Normal(shape, 5);
        int[] labels = [.. Enumerable.Range(0, shape[0]).Select(i => (i % (classes + 1)) - 1)];
        double[] times = [.. Enumerable.Range(0, shape[0]).Select(i => 1.0 + (i % Steps))];
        return () =>
        {
            using var tape = Tape<float>.Start();
            tape.Backward(Loss.MeanSquared(model.Forward(tape, x, times, labels), noise));
            adam.Step();
        };
    }
}

using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>One step of Adam over many tensors.</summary>
internal sealed class AdamWork(int count, Shape shape) : Work
{
    private const double LearningRate = 1e-3;

    private readonly Tensor<float>[] _weights = Many(count, i => Inputs.Normal(shape, 100 + i));
    private readonly Tensor<float>[] _gradients = Many(count, i => Inputs.Normal(shape, 200 + i));
    private readonly Tensor<float>[] _m = Many(count, _ => Tensor<float>.Zeros(shape)), _v = Many(count, _ => Tensor<float>.Zeros(shape));
    private readonly AdamTensors<float>[] _tensors = new AdamTensors<float>[count];
    private int _steps;

    // What Nn.Adam does in a step, but for the bookkeeping of gradients.
    public override void Ours()
    {
        _steps++;
        var step = new AdamStep<float>(
            (float)LearningRate, 0.9f, (float)(1 - 0.9), 0.999f, (float)(1 - 0.999), 1e-8f,
            (float)(1 / (1 - Math.Pow(0.9, _steps))), (float)(1 / (1 - Math.Pow(0.999, _steps))), 1, 0, 1);
        for (int i = 0; i < _weights.Length; i++)
            _tensors[i] = new(_weights[i], _gradients[i], _m[i], _v[i]);
        Adam.Step<float>(step, _tensors);
    }

    public override Comparison Check()
    {
        var comparison = new Comparison();
        using var libtorch = new TorchAdam(Copies(_weights), LearningRate);
        var gradients = Copies(_gradients);
        for (int step = 0; step < 3; step++)
        {
            Ours();
            libtorch.Step(gradients);
        }

        for (int i = 0; i < _weights.Length; i++)
        {
            _ = comparison.Add("weights after three steps", _weights[i].Span, Torch.Numbers(libtorch.Parameters[i]), 1e-6);

            // 1 - β2 is made in float here and in double there, which differ by 1.3e-5.
            _ = comparison.Add("second moments", _v[i].Span, Torch.Numbers(libtorch.V[i]), 5e-5);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var fused = new TorchAdam(Copies(_weights), LearningRate);
        var gradients = Copies(_gradients);

        var parameters = _weights.Select(weight => torch.nn.Parameter(Torch.Copy(weight))).ToArray();
        for (int i = 0; i < parameters.Length; i++)
            parameters[i].grad = gradients[i];
        var managed = torch.optim.Adam(parameters, LearningRate);
        return
        [
            new("fused", true, () => fused.Step(gradients)),
            new("TorchSharp's Adam", true, () =>
            {
                using var scope = torch.NewDisposeScope();
                _ = managed.step();
            }),
        ];
    }

    private static Tensor<float>[] Many(int count, Func<int, Tensor<float>> make) => [.. Enumerable.Range(0, count).Select(make)];

    private static torch.Tensor[] Copies(Tensor<float>[] tensors) => Array.ConvertAll(tensors, tensor => Torch.Copy(tensor));
}

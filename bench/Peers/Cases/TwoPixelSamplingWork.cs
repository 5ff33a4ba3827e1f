using Diffusion.Guidance;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// DDPM sampling with classifier-free guidance, two passes a step, from drawing the start to the last step; half of the
/// samples of either class. For the check both sides get the same random numbers.
/// </summary>
internal sealed class TwoPixelSamplingWork(int samples) : TwoPixelWork(64)
{
    private const double Guidance = 1;

    private readonly VariancePreservingSchedule _schedule = NoiseSchedule.Cosine(Timesteps);
    private readonly int[] _labels = [.. Enumerable.Range(0, samples).Select(i => i % Classes)];
    private readonly DdpmSampler<float> _sampler = new();
    private ClassifierFreeGuidance<float>? _guided;
    private uint _run;

    /// <summary>The sampler makes its few tensors of two numbers a sample anew for each run; activations are used again.</summary>
    public override bool OursPreallocated => true;

    public override void Ours() => _ = Sample(new RandomSource(21).Derive(_run++));

    public override Comparison Check()
    {
        var random = new RandomSource(21);
        var ours = Sample(random);
        var comparison = new Comparison();
        using var model = new TorchTwoPixel(Model);
        foreach (var (conditioning, asLinear) in Ways)
        {
            using var scope = torch.NewDisposeScope();
            using var mode = torch.inference_mode(true);
            var libtorch = Sample(
                model, conditioning, asLinear, Rows(_labels), Rows([-1]),
                Torch.CopyChannelsFirst(Start.Draw<float>(random, [samples, 2, 1])),
                t => Torch.CopyChannelsFirst(random.For(Purpose.ReverseStep).At(t).Normal<float>([samples, 2, 1])));

            // Rounding grows along the 50 steps, which a network without training does not contract.
            _ = comparison.Add("samples", ours.Span, Torch.Numbers(libtorch), 1e-4);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var model = new TorchTwoPixel(Model);
        torch.Tensor rows = Rows(_labels), nulls = Rows([-1]);
        return [.. Ways.Select(way => new Variant(
            (way.Conditioning == Conditioning.Shared ? "conditioning of one row" : "conditioning per sample") + (way.AsLinear ? ", as linear layers" : ""),
            false,
            () =>
            {
                using var scope = torch.NewDisposeScope();
                using var mode = torch.inference_mode(true);
                _ = Sample(model, way.Conditioning, way.AsLinear, rows, nulls, torch.randn(samples, 1, 2), _ => torch.randn(samples, 1, 2));
            },
            way.AsLinear))];
    }

    private static readonly (Conditioning Conditioning, bool AsLinear)[] Ways =
        [(Conditioning.Shared, false), (Conditioning.PerSample, false), (Conditioning.Shared, true)];

    private Tensor<float> Sample(RandomSource random)
    {
        _guided ??= new ClassifierFreeGuidance<float>(new NetworkDenoiser<float>(Model, Parameterisation.Epsilon, _schedule), Guidance);
        return _sampler.Sample(_guided, _schedule, Start.Draw<float>(random, [samples, 2, 1]), _labels, random);
    }

    private torch.Tensor Sample(
        TorchTwoPixel model, Conditioning conditioning, bool asLinear, torch.Tensor rows, torch.Tensor nulls, torch.Tensor x, Func<int, torch.Tensor> noise)
    {
        for (int t = Timesteps; t >= 1; t--)
        {
            using var scope = torch.NewDisposeScope();
            var time = torch.tensor([(long)t]);
            var conditional = model.Forward(x, time, rows, conditioning, asLinear);
            var unconditional = model.Forward(x, time, nulls, conditioning, asLinear);
            var predicted = conditional.mul_(Guidance + 1).add_(unconditional, -Guidance).view(samples, 1, 2);

            // DDPM's Algorithm 2: x = (x - beta / sqrt(1 - A) eps) / sqrt(alpha) + sigma z, with no noise at the last step.
            double root = Math.Sqrt(_schedule.Alphas[t]);
            var next = (x / root).add_(predicted, -_schedule.Betas[t] / (_schedule.SqrtOneMinusAlphasCumprod[t] * root));
            if (t > 1)
                _ = next.add_(noise(t), Math.Sqrt(_schedule.PosteriorVariance[t]));
            x = next.MoveToOuterDisposeScope();
        }

        return x;
    }
}

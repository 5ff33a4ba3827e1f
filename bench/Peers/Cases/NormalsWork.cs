using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>Standard normal random numbers, from different generators: what is compared are their moments.</summary>
internal sealed class NormalsWork(int length) : Work
{
    private readonly Tensor<float> _x = Tensor<float>.Zeros([length]);
    private int _step;

    public override void Ours() => new RandomSource(11).At(_step++).For(Purpose.Noise).Normal(_x.Span, length);

    public override Comparison Check()
    {
        Ours();
        using var x = torch.zeros(length).normal_();
        var ours = Moments(_x.Span);
        var libtorch = Moments(Torch.Numbers(x));

        // Standard errors of the first, second and fourth moment are 1, √2 and √96 over √n; both sides have one.
        double error = 5 * Math.Sqrt(2.0 / length);
        return new Comparison()
            .Add("mean", Math.Abs(ours.Mean - libtorch.Mean), error)
            .Add("variance", Math.Abs(ours.Variance - libtorch.Variance), error * Math.Sqrt(2))
            .Add("fourth moment", Math.Abs(ours.Fourth - libtorch.Fourth), error * Math.Sqrt(96))
            .Add("variance is 1", Math.Abs(ours.Variance - 1), error * Math.Sqrt(2));
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var x = torch.zeros(length);
        return
        [
            new("normal_ into given memory", true, () => x.normal_()),
            new("randn", false, () => torch.randn(length).Dispose()),
        ];
    }

    private static (double Mean, double Variance, double Fourth) Moments(ReadOnlySpan<float> x)
    {
        double sum = 0, squares = 0, fourth = 0;
        foreach (float number in x)
        {
            double square = (double)number * number;
            sum += number;
            squares += square;
            fourth += square * square;
        }

        return (sum / x.Length, squares / x.Length, fourth / x.Length);
    }
}

using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Core;

/// <summary>
/// The best that a network can predict of numbers that are Gaussian with mean m and deviation d, in closed form, whatever it is asked;
/// with a weight of 0 that is added, so that there is something to train. It takes x_t as an objective shows it.
/// </summary>
internal sealed class GaussianNetwork : DenoisingNetwork<double>
{
    public const double Mean = .2, Deviation = .5;

    private readonly NoiseSchedule _schedule;
    private readonly Parameterisation _asked;
    private readonly Parameter<double> _zero;

    public GaussianNetwork(NoiseSchedule schedule, Parameterisation asked)
    {
        (_schedule, _asked) = (schedule, asked);
        _zero = Register("zero", new Parameter<double>(Tensor<double>.Zeros([1])));
    }

    public override string Architecture => "gaussian";

    public override string ConfigurationJson => "{}";

    // q = a x_0 + b eps given x_t has the variance D²d²/(g²d² + S²), D = g b - S a: no loss of squares is less.
    public static double Floor(Parameterisation asked, NoiseLevel level)
    {
        var (a, b) = asked.At(level);
        double d = (level.G * b) - (level.S * a), square = Deviation * Deviation;
        return d * d * square / ((level.A * square) + level.B);
    }

    // E[x_0 | x] = m + g d² r and E[eps | x] = S r with r = (x - g m)/(g²d² + S²).
    public override Variable<double> Forward(Tape<double> tape, Tensor<double> xt, ReadOnlySpan<double> t, Condition<double> condition)
    {
        var predicted = Tensor<double>.Zeros(xt.Shape);
        int perSample = xt.Length / xt.Shape[0];
        for (int i = 0; i < xt.Length; i++)
        {
            var level = _schedule.At(DenoiserArguments.TimeOf(t, i / perSample));
            var (a, b) = _asked.At(level);
            double square = Deviation * Deviation, x = xt.Span[i] / _asked.InputScaleAt(level), r = (x - (level.G * Mean)) / ((level.A * square) + level.B);
            predicted.Span[i] = (a * (Mean + (level.G * square * r))) + (b * level.S * r);
        }

        return tape.Variable(predicted) + _zero;
    }
}

/// <summary>Data of the Gaussian, single numbers [N, 1].</summary>
internal sealed class GaussianSource(double mean = GaussianNetwork.Mean) : IDataSource<double>
{
    public string Description => $"numbers of mean {mean}";

    public int Classes => 0;

    public Shape BatchShape(int size) => [size, 1];

    public void Fill(Tensor<double> x0, Span<int> labels, Tensor<double>? values, StepRandom random)
    {
        random.For(Purpose.Data).Normal(x0.Span, 1);
        foreach (ref double x in x0.Span)
            x = mean + (GaussianNetwork.Deviation * x);
        labels.Fill(DenoiserArguments.NoLabel);
    }
}

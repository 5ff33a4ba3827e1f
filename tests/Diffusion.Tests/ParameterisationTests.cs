using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Likelihood;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Noise, data and velocity are one prediction in three forms: conversions, denoisers, weights of the loss, divergences.</summary>
public sealed class ParameterisationTests
{
    private static readonly RandomSource Random = new(92);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(50);

    [Test]
    public void Conversions_go_round_at_every_time()
    {
        for (int t = 1; t <= Schedule.T; t++)
        {
            double g = Math.Sqrt(Schedule.AlphasCumprod[t]);
            Tensor<double> x0 = Normal(1), noise = Normal(2);
            double[] time = [t];
            var xt = Schedule.QSample(x0, time, noise);
            var v = Schedule.VelocityOf(x0, time, noise);
            using (Assert.EnterMultipleScope())
            {
                Near(Schedule.PredictX0FromNoise(xt, time, noise), x0, 1e-13 / g, $"x_0 of eps, t = {t}");
                Near(Schedule.PredictNoiseFromX0(xt, time, x0), noise, 1e-12, $"eps of x_0, t = {t}");
                Near(Schedule.PredictX0FromVelocity(xt, time, v), x0, 1e-13, $"x_0 of v, t = {t}");
                Near(Schedule.PredictNoiseFromVelocity(xt, time, v), noise, 1e-13, $"eps of v, t = {t}");
            }
        }
    }

    [Test]
    public void A_network_gives_the_same_noise_whatever_it_predicts()
    {
        var xt = Normal(3);
        for (int t = 1; t <= Schedule.T; t++)
        {
            foreach (var parameterisation in Enum.GetValues<Parameterisation>())
            {
                var noise = Tensor<double>.Uninitialized(xt.Shape);
                new ParameterisedDenoiser<double>(new Fixed(parameterisation), parameterisation, Schedule).PredictNoise(xt, [t], [], noise);
                Near(noise, Fixed.Noise(xt), 1e-12, $"{parameterisation}, t = {t}");
            }
        }

        Assert.That(
            () => new ParameterisedDenoiser<double>(new Fixed(Parameterisation.X0), Parameterisation.X0, Schedule).PredictNoise(xt, [0], [], Tensor<double>.Zeros(xt.Shape)),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // eps = tanh(2x), coordinate by coordinate: its divergence is the sum of 2 (1 - tanh²(2x)).
    [Test]
    public void The_divergence_is_that_of_the_noise_whatever_is_predicted([Values] Parameterisation parameterisation, [Values(1, 17.5, 50)] double t)
    {
        var xt = Normal(4);
        var noise = Tensor<double>.Uninitialized(xt.Shape);
        double[] exact = new double[20], estimate = new double[20];
        NetworkDivergence<double>.Exact(new Fixed(parameterisation), parameterisation, Schedule).Predict(xt, t, [], noise, exact);
        Near(noise, Fixed.Noise(xt), 1e-12, "noise");
        NetworkDivergence<double>.Hutchinson(new Fixed(parameterisation), parameterisation, Schedule, 1, Random).Predict(xt, t, [], noise, estimate);
        for (int i = 0; i < 20; i++)
        {
            // The slope is diagonal, so that one vector of signs is enough for the estimate to be exact.
            double left = Math.Tanh(2 * xt[i, 0, 0]), right = Math.Tanh(2 * xt[i, 1, 0]), expected = 2 * (2 - (left * left) - (right * right));
            Assert.That(exact[i], Is.EqualTo(expected).Within(1e-11));
            Assert.That(estimate[i], Is.EqualTo(expected).Within(1e-11));
        }
    }

    [Test]
    public void A_divergence_of_an_unknown_parameterisation_is_refused() =>
        Assert.That(() => NetworkDivergence<double>.Exact(new Fixed(Parameterisation.V), (Parameterisation)9, Schedule), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Epsilon, X0, V"));

    // An error d of x_0 is one of g/S d in eps and of d/S in v, so the three losses are the same.
    [Test]
    public void Min_snr_weighs_the_same_error_the_same_in_every_form([Values(1, 5, 1000)] double gamma)
    {
        for (double t = .5; t <= Schedule.T; t += .5)
        {
            double a = Schedule.AlphaCumprodAt(t), b = Schedule.OneMinusAlphaCumprodAt(t), expected = Math.Min(a / b, gamma);
            Assert.That(LossWeight.MinSnr(Schedule, t, gamma, Parameterisation.X0), Is.EqualTo(expected).Within(1e-12).Percent);
            Assert.That(LossWeight.MinSnr(Schedule, t, gamma, Parameterisation.Epsilon) * a / b, Is.EqualTo(expected).Within(1e-10).Percent);
            Assert.That(LossWeight.MinSnr(Schedule, t, gamma, Parameterisation.V) / b, Is.EqualTo(expected).Within(1e-10).Percent);
        }
    }

    // The weights reach the loss of a step: networks that make the same error lose the same, whatever form they predict.
    [Test]
    public void A_weighted_loss_does_not_depend_on_the_form()
    {
        double[] losses = [.. Enum.GetValues<Parameterisation>().Select(parameterisation =>
        {
            var configuration = new TrainingConfiguration { Iterations = 1, Batch = 64, MinSnrGamma = 5, Parameterisation = parameterisation };
            return new Trainer<double>(new Fixed(parameterisation), Schedule, new MixtureSource<double>(GaussianMixture.TwoPixel), configuration).Step().Loss;
        })];
        Assert.That(losses, Is.All.EqualTo(losses[0]).Within(1e-9 * losses[0]));
        Assert.That(losses[0], Is.GreaterThan(0));
        Assert.That(
            () => new Trainer<double>(new Fixed(Parameterisation.V), Schedule, new MixtureSource<double>(GaussianMixture.TwoPixel), new TrainingConfiguration { MinSnrGamma = 5, Loss = LossKind.Huber }),
            Throws.ArgumentException.With.Message.Contains("L2"));
    }

    private static Tensor<double> Normal(int draw) => Random.For(Purpose.Noise).At(draw).Normal<double>([20, 2, 1]);

    private static void Near(Tensor<double> actual, Tensor<double> expected, double tolerance, string what) =>
        Assert.That(actual.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(tolerance), what);

    // A network without weights to speak of whose noise is tanh(2x), told in one of the forms.
    private sealed class Fixed : DenoisingNetwork<double>
    {
        private readonly Parameterisation _parameterisation;

        // A weight of 0 that is added, so that there is something to train.
        private readonly Nn.Parameter<double> _zero;

        public Fixed(Parameterisation parameterisation)
        {
            _parameterisation = parameterisation;
            _zero = Register("zero", new Nn.Parameter<double>(Tensor<double>.Zeros([1])));
        }

        public override int Classes => 2;

        public override string Architecture => "fixed";

        internal override string ConfigurationJson => "{}";

        public static Tensor<double> Noise(Tensor<double> xt)
        {
            var noise = xt.Clone();
            foreach (ref double value in noise.Span)
                value = Math.Tanh(2 * value);
            return noise;
        }

        public override Variable<double> Forward(Tape<double> tape, Tensor<double> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels)
        {
            // x_0 = (x - S eps)/g, v = (eps - S x)/g.
            Tensor<double> ofX = Tensor<double>.Zeros(xt.Shape), ofNoise = Tensor<double>.Zeros(xt.Shape);
            for (int i = 0; i < xt.Shape[0]; i++)
            {
                double time = DenoiserArguments.TimeOf(t, i), g = Math.Sqrt(Schedule.AlphaCumprodAt(time)), s = Math.Sqrt(Schedule.OneMinusAlphaCumprodAt(time));
                var (x, noise) = _parameterisation switch
                {
                    Parameterisation.X0 => (1 / g, -s / g),
                    Parameterisation.V => (-s / g, 1 / g),
                    _ => (0.0, 1.0),
                };
                ofX.Rows(i, i + 1).Span.Fill(x);
                ofNoise.Rows(i, i + 1).Span.Fill(noise);
            }

            var input = tape.Variable(xt);
            return (input * tape.Variable(ofX)) + ((2.0 * input).Tanh() * tape.Variable(ofNoise)) + (tape.Variable(ofX) * _zero);
        }
    }
}

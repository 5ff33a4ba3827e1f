using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Likelihood;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
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
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);

    private static readonly Parameterisation[] All = [Parameterisation.Epsilon, Parameterisation.X0, Parameterisation.V, Parameterisation.Flow, Parameterisation.Edm(.5)];

    [Test]
    public void Conversions_go_round_at_every_time()
    {
        for (int t = 1; t <= Schedule.T; t++)
        {
            double g = Math.Sqrt(Schedule.AlphasCumprod[t]);
            Tensor<double> x0 = Normal(1), noise = Normal(2);
            double[] time = [t];
            var xt = Schedule.QSample(x0, time, noise);
            var v = Parameterisation.V.Of(Schedule, x0, time, noise);
            using (Assert.EnterMultipleScope())
            {
                Near(Parameterisation.Epsilon.ToX0(Schedule, xt, time, noise), x0, 1e-13 / g, $"x_0 of eps, t = {t}");
                Near(Parameterisation.X0.ToNoise(Schedule, xt, time, x0), noise, 1e-12, $"eps of x_0, t = {t}");
                Near(Parameterisation.V.ToX0(Schedule, xt, time, v), x0, 1e-13, $"x_0 of v, t = {t}");
                Near(Parameterisation.V.ToNoise(Schedule, xt, time, v), noise, 1e-13, $"eps of v, t = {t}");
            }
        }
    }

    [Test]
    public void A_network_gives_the_same_noise_whatever_it_predicts()
    {
        var xt = Normal(3);
        for (int t = 1; t <= Schedule.T; t++)
        {
            foreach (var parameterisation in All)
            {
                var noise = Fixed.Denoiser(parameterisation).Predict(xt, [t]).Noise;
                Near(noise, Fixed.Noise(xt), 1e-12, $"{parameterisation}, t = {t}");
            }
        }

        Assert.That(
            () => Fixed.Denoiser(Parameterisation.X0).Predict(xt, [0]).Noise,
            Throws.InvalidOperationException.With.Message.Contains("X0 does not tell the noise"));
    }

    // eps = tanh(2x), coordinate by coordinate: its divergence is the sum of 2 (1 - tanh²(2x)).
    [Test]
    public void The_divergence_is_that_of_the_noise_whatever_is_predicted([ValueSource(nameof(All))] Parameterisation parameterisation, [Values(1, 17.5, 50)] double t)
    {
        var xt = Normal(4);
        var noise = Tensor<double>.Uninitialized(xt.Shape);
        double[] exact = new double[20], estimate = new double[20];
        NetworkDivergence<double>.Exact(Fixed.Denoiser(parameterisation)).Predict(xt, t, default, noise, exact);
        Near(noise, Fixed.Noise(xt), 1e-12, "noise");
        NetworkDivergence<double>.Hutchinson(Fixed.Denoiser(parameterisation), 1, Random).Predict(xt, t, default, noise, estimate);
        for (int i = 0; i < 20; i++)
        {
            // The slope is diagonal, so that one vector of signs is enough for the estimate to be exact.
            double left = Math.Tanh(2 * xt[i, 0, 0]), right = Math.Tanh(2 * xt[i, 1, 0]), expected = 2 * (2 - (left * left) - (right * right));
            Assert.That(exact[i], Is.EqualTo(expected).Within(1e-11));
            Assert.That(estimate[i], Is.EqualTo(expected).Within(1e-11));
        }
    }

    [Test]
    public void A_divergence_where_the_noise_is_not_told_is_refused() => Assert.That(
        () => NetworkDivergence<double>.Exact(Fixed.Denoiser(Parameterisation.X0)).Predict(Normal(4), 0, default, Normal(5), new double[20]),
        Throws.InvalidOperationException.With.Message.Contains("X0 does not tell the noise"));

    // An error d of x_0 is one of g/S d in eps and of d/S in v, so the three losses are the same.
    [Test]
    public void Min_snr_weighs_the_same_error_the_same_in_every_form([Values(1, 5, 1000)] double gamma)
    {
        for (double t = .5; t <= Schedule.T; t += .5)
        {
            double a = Schedule.AlphaCumprodAt(t), b = Schedule.OneMinusAlphaCumprodAt(t), expected = Math.Min(a / b, gamma);
            double Weight(Parameterisation parameterisation) => new MinSnrObjective<double>(gamma, parameterisation).WeightAt(Schedule.At(t));
            Assert.That(Weight(Parameterisation.X0), Is.EqualTo(expected).Within(1e-12).Percent);
            Assert.That(Weight(Parameterisation.Epsilon) * a / b, Is.EqualTo(expected).Within(1e-10).Percent);
            Assert.That(Weight(Parameterisation.V) / b, Is.EqualTo(expected).Within(1e-10).Percent);
        }
    }

    // The weights reach the loss of a step: networks that make the same error lose the same, whatever form they predict.
    [Test]
    public void A_weighted_loss_does_not_depend_on_the_form()
    {
        double[] losses = [.. All.Select(parameterisation => Trainer(new MinSnrObjective<double>(5, parameterisation)).Step().Loss)];
        Assert.That(losses, Is.All.EqualTo(losses[0]).Within(1e-9 * losses[0]));
        Assert.That(losses[0], Is.GreaterThan(0));
        Assert.That(
            () => Trainer(new MinSnrObjective<double>(5, Parameterisation.V) { Loss = LossKind.Huber }),
            Throws.ArgumentException.With.Message.Contains("L2"));
    }

    private static Trainer<double> Trainer(MinSnrObjective<double> objective) => new(
        new Fixed(objective.Parameterisation), Schedule, objective, new MixtureSource<double>(GaussianMixture.TwoPixel), new TrainingConfiguration { Iterations = 1, Batch = 64 });

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

        public override string ConfigurationJson => "{}";

        public static NetworkDenoiser<double> Denoiser(Parameterisation parameterisation) => new(new Fixed(parameterisation), parameterisation, Schedule);

        public static Tensor<double> Noise(Tensor<double> xt)
        {
            var noise = xt.Clone();
            foreach (ref double value in noise.Span)
                value = Math.Tanh(2 * value);
            return noise;
        }

        public override Variable<double> Forward(Tape<double> tape, Tensor<double> xt, ReadOnlySpan<double> t, Condition<double> condition)
        {
            // x_0 = (x - S eps)/g, v = (eps - S x)/g, eps - x_0 = ((g + S) eps - x)/g. EDM: the network sees x·c_in, and with
            // d = sigma_data its output is (x_0 - c_skip x/g)/c_out, c_out = rho d/√(rho² + d²), c_skip = d²/(rho² + d²).
            Tensor<double> ofX = Tensor<double>.Zeros(xt.Shape), ofNoise = Tensor<double>.Zeros(xt.Shape), inward = Tensor<double>.Zeros(xt.Shape);
            for (int i = 0; i < xt.Shape[0]; i++)
            {
                double time = DenoiserArguments.TimeOf(t, i), g = Math.Sqrt(Schedule.AlphaCumprodAt(time)), s = Math.Sqrt(Schedule.OneMinusAlphaCumprodAt(time));
                double rho = s / g, skip = .25 / ((rho * rho) + .25), outward = rho * .5 / Math.Sqrt((rho * rho) + .25);
                (double x, double noise) = _parameterisation.Name switch
                {
                    "X0" => (1 / g, -s / g),
                    "V" => (-s / g, 1 / g),
                    "Flow" => (-1 / g, (g + s) / g),
                    "Edm(0.5)" => ((1 - skip) / g / outward, -rho / outward),
                    _ => (0.0, 1.0),
                };
                inward.Rows(i, i + 1).Span.Fill(_parameterisation.KeepsInput ? 1 : g * Math.Sqrt((rho * rho) + .25));
                ofX.Rows(i, i + 1).Span.Fill(x);
                ofNoise.Rows(i, i + 1).Span.Fill(noise);
            }

            var input = tape.Variable(xt) * tape.Variable(inward);
            return (input * tape.Variable(ofX)) + ((2.0 * input).Tanh() * tape.Variable(ofNoise)) + (tape.Variable(ofX) * _zero);
        }
    }
}

using Diffusion.Playground.Running;
using Diffusion.Playground.Settings;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>What the page says of a loss and its floor, measured on draws instead.</summary>
public sealed class OracleTests
{
    [TestCase("noise", "cosine")]
    [TestCase("flow", "straight")]
    public async Task A_loss_is_the_floor_and_the_squared_distance_to_the_oracle(string objective, string schedule)
    {
        const int Batches = 60, Size = 500;
        var settings = Visitor.Settings with { Schedule = schedule, Objective = objective };
        var data = settings.MakeData();
        var training = new LiveTraining(settings, data);
        await Visitor.Until(() => Task.FromResult(training.IsOver));
        _ = training.Look();
        var model = training.Model;
        var asked = model.Objective.Parameterisation;
        double[] surplus = new double[Batches];
        double squares = 0;
        for (int k = 0; k < Batches; k++)
        {
            var random = new RandomSource(1).At(k);
            var (x0, labels) = data.Draw(Size, random.For(Purpose.Data));
            double[] times = new double[Size];
            model.Objective.DrawTimes(model.Schedule, random.For(Purpose.Time), times);
            var noise = random.Normal(x0.Shape);
            var xt = model.Schedule.QSample(x0, times, noise);
            Tensor<float> Ask(IDenoiser<float> denoiser)
            {
                var quantity = Tensor<float>.Uninitialized(xt.Shape);
                denoiser.Predict(xt, times, labels).Get(asked, quantity);
                return quantity;
            }

            var (network, exact, target) = (Ask(model.Denoiser), Ask(data.Oracle(model.Schedule)), asked.Of(model.Schedule, x0, times, noise));
            surplus[k] = (network - target).Square().Mean() - (exact - target).Square().Mean();
            squares += (network - exact).Square().Mean() / Batches;
        }

        double mean = surplus.Average(), uncertain = Math.Sqrt(surplus.Average(value => (value - mean) * (value - mean)) / Batches);
        Assert.That(mean, Is.EqualTo(squares).Within(4 * uncertain), "four standard errors");
        Assert.That(uncertain, Is.LessThan(0.1 * squares), "or the test says nothing");
    }
}

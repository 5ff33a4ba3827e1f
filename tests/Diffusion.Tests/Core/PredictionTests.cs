using System.Text.Json;
using Diffusion.Schedules;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>What is done with predictions: mixed, replaced, put together; and what they refuse.</summary>
public sealed class PredictionTests
{
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);
    private static readonly Tensor<double> Xt = TestSchedules.Normal([4, 2], 1);

    // Weights that add up to 1 keep x_t = g x_0 + S eps.
    [Test]
    public void A_mixture_of_predictions_belongs_to_the_same_state()
    {
        var level = Schedule.At(20);
        Prediction<double> one = Filled(Parameterisation.V, 2, level), other = Filled(Parameterisation.Flow, 3, level);
        double[] expected = [.. one.X0.Span.ToArray().Zip(other.X0.Span.ToArray(), (x, y) => (2.5 * x) - (1.5 * y))];
        one.Mix(2.5, -1.5, other);
        Assert.That(one.X0.Span.ToArray(), Is.EqualTo(expected).Within(1e-14));
        for (int i = 0; i < Xt.Length; i++)
            Assert.That((level.G * one.X0.Span[i]) + (level.S * one.Noise.Span[i]), Is.EqualTo(Xt.Span[i]).Within(1e-14));
    }

    // The value may be in the memory of either member.
    [Test]
    public void A_member_that_is_replaced_takes_the_other_with_it()
    {
        var level = Schedule.At(30);
        foreach (bool byX0 in (bool[])[true, false])
        {
            var prediction = Filled(Parameterisation.V, 2, level);
            var member = byX0 ? prediction.X0 : prediction.Noise;
            member.Span.Fill(.25);
            prediction.Set(byX0 ? Parameterisation.X0 : Parameterisation.Epsilon, Xt, member);
            Assert.That((byX0 ? prediction.X0 : prediction.Noise).Span.ToArray(), Is.All.EqualTo(.25));
            for (int i = 0; i < Xt.Length; i++)
                Assert.That((level.G * prediction.X0.Span[i]) + (level.S * prediction.Noise.Span[i]), Is.EqualTo(Xt.Span[i]).Within(1e-14));
            Assert.That(prediction.Parameterisation, Is.SameAs(Parameterisation.V), "what the network predicted stays named");
        }
    }

    [Test]
    public void Parts_make_a_whole()
    {
        NoiseLevel[] levels = [Schedule.At(3), Schedule.At(17), Schedule.At(20), Schedule.At(50)];
        var whole = new Prediction<double>(Xt.Shape);
        var expected = new Prediction<double>(Xt.Shape);
        var value = TestSchedules.Normal(Xt.Shape, 5);
        expected.Fill(Parameterisation.V, levels, Xt, value);
        whole.Clear();
        for (int from = 0; from < 4; from += 2)
        {
            var part = new Prediction<double>([2, 2]);
            part.Fill(Parameterisation.V, levels.AsSpan(from, 2), Xt.Rows(from, from + 2), value.Rows(from, from + 2));
            part.FillVariance(Tensor<double>.Full([2, 2], from));
            whole.CopyRows(from, part, 0, 2);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(whole.X0.Span.SequenceEqual(expected.X0.Span));
            Assert.That(whole.Noise.Span.SequenceEqual(expected.Noise.Span));
            Assert.That(whole.Levels.ToArray(), Is.EqualTo(levels));
            Assert.That(whole.VarianceFraction.Span.ToArray(), Is.EqualTo((double[])[0, 0, 0, 0, 2, 2, 2, 2]));
        }

        // A part that does not tell a member, or has no variance, keeps the whole from it.
        var silent = new Prediction<double>([1, 2]);
        silent.Fill(Parameterisation.X0, [Schedule.At(0)], Xt.Rows(0, 1), value.Rows(0, 1));
        whole.CopyRows(0, silent, 0, 1);
        Assert.That((whole.TellsX0, whole.TellsNoise, whole.TellsVariance), Is.EqualTo((true, false, false)));
        Assert.That(() => whole.Noise, Throws.InvalidOperationException.With.Message.Contains("At t = 0"));
    }

    [Test]
    public void What_was_told_before_is_forgotten()
    {
        var prediction = Filled(Parameterisation.V, 2, Schedule.At(0));
        prediction.FillVariance(Tensor<double>.Full(Xt.Shape, .5));
        prediction.Fill(Parameterisation.X0, [Schedule.At(0)], Xt, Xt);
        Assert.That((prediction.TellsX0, prediction.TellsNoise, prediction.TellsVariance), Is.EqualTo((true, false, false)));
        Assert.That(() => prediction.VarianceFraction, Throws.InvalidOperationException.With.Message.Contains("gives no variance"));
        prediction.Fill(Parameterisation.X0, [Schedule.At(9)], Xt, Xt);
        Assert.That((prediction.TellsX0, prediction.TellsNoise), Is.EqualTo((true, true)));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var prediction = new Prediction<double>(Xt.Shape);
        var other = TestSchedules.Normal([2, 4], 1);
        var level = Schedule.At(3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => prediction.Fill(Parameterisation.V, [level], other, other), Throws.ArgumentException.With.Message.Contains("a state of [2, 4] and 1 levels"));
            Assert.That(() => prediction.Fill(Parameterisation.V, [level, level], Xt, Xt), Throws.ArgumentException.With.Message.Contains("2 levels; accepted are one level for all samples or one for each"));
            Assert.That(() => prediction.Fill(Parameterisation.V, [level], Xt, other), Throws.ArgumentException.With.Message.Contains("a quantity of [2, 4]"));
            Assert.That(() => Parameterisation.V.Of(Schedule, Xt, [3], other), Throws.ArgumentException.With.Message.Contains("must have one shape"));
            Assert.That(() => Parameterisation.V.ToX0(Schedule, Xt, [3, 4], Xt), Throws.ArgumentException);
            foreach (double bad in (double[])[0, -1, double.NaN, double.PositiveInfinity])
                Assert.That(() => Parameterisation.Edm(bad), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("must be positive and finite"));
            Assert.That(() => new NoiseLevel(1, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("not both 0"));
            Assert.That(() => new NoiseLevel(1, -1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("data is -1"));
            Assert.That(() => new NoiseLevel(1, 1, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Names_are_told_apart_and_travel_in_files()
    {
        Parameterisation half = Parameterisation.Edm(.5), again = Parameterisation.Edm(.5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.EqualTo(half).And.Not.EqualTo(Parameterisation.Edm(1)));
            Assert.That(again.GetHashCode(), Is.EqualTo(half.GetHashCode()));
            Assert.That(Parameterisation.V.KeepsInput && !Parameterisation.Edm(1).KeepsInput);
            foreach (var known in (Parameterisation[])[Parameterisation.Epsilon, Parameterisation.X0, Parameterisation.V, Parameterisation.Flow])
                Assert.That(JsonSerializer.Deserialize<Parameterisation>(JsonSerializer.Serialize(known)), Is.SameAs(known));
            Assert.That(JsonSerializer.Deserialize<Parameterisation>("\"epsilon\""), Is.SameAs(Parameterisation.Epsilon));
            Assert.That(() => JsonSerializer.Deserialize<Parameterisation>("\"score\""), Throws.InstanceOf<JsonException>().With.Message.Contains("'score'; accepted are Epsilon, Flow, V, X0"));
        }
    }

    private static Prediction<double> Filled(Parameterisation asked, int draw, NoiseLevel level)
    {
        var prediction = new Prediction<double>(Xt.Shape);
        prediction.Fill(asked, [level], Xt, TestSchedules.Normal(Xt.Shape, draw));
        return prediction;
    }
}

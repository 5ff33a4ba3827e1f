using Diffusion.Schedules;
using Diffusion.Tests.Core;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Schedules as files have them.</summary>
public sealed class ScheduleFileTests
{
    [Test]
    public void Configurations_travel_as_json()
    {
        foreach (var schedule in NoiseScheduleTests.Schedules)
        {
            string json = schedule.Configuration!.ToJson();
            var read = ScheduleConfiguration.FromJson(json);
            Assert.That(read, Is.EqualTo(schedule.Configuration));
            Assert.That(new VariancePreservingSchedule(read).AlphasCumprod.ToArray(), Is.EqualTo(schedule.AlphasCumprod.ToArray()));
        }
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"Kind":"Cosine"}""")]
    [TestCase("""{"Kind":"Triangle","Timesteps":5}""")]
    [TestCase("""{"Kind":7,"Timesteps":5}""")]
    [TestCase("""{"Kind":"Cosine","Timesteps":0}""")]
    [TestCase("""{"Kind":"Cosine","Timesteps":5,"MaxBeta":2}""")]
    [TestCase("""{"Kind":"Cosine","Timesteps":5,"Unknown":2}""")]
    public void Broken_configurations_are_refused(string json) =>
        Assert.That(() => ScheduleConfiguration.FromJson(json), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Every_kind_reads_back_as_itself()
    {
        foreach (var schedule in TestSchedules.All.Where(schedule => schedule.Kind != "Functions"))
        {
            string json = schedule.ToJson();
            var read = ScheduleKinds.FromJson(json);
            Assert.That((read.GetType(), read.T, read.Kind, read.ToJson()), Is.EqualTo((schedule.GetType(), schedule.T, schedule.Kind, json)));
            Assert.That(json, Does.Not.Contain("\n"), "one line");
            foreach (double t in TestSchedules.TimesOf(schedule))
                Assert.That(read.At(t), Is.EqualTo(schedule.At(t)), $"{schedule.Kind}, t = {t}");
        }
    }

    [Test]
    public void A_file_without_a_kind_is_cosine()
    {
        string json = NoiseSchedule.Cosine(7, s: .02).ToJson();
        Assert.That(json, Does.Contain("\"Kind\":\"Cosine\","));
        Assert.That(ScheduleKinds.FromJson(json.Replace("\"Kind\":\"Cosine\",", "", StringComparison.Ordinal)).ToJson(), Is.EqualTo(json));
    }

    [Test]
    public void A_kind_of_ones_own_is_registered()
    {
        string json = new Quadratic(6).ToJson();
        Assert.That(() => ScheduleKinds.FromJson(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no schedule 'Quadratic'").And.Message.Contains("VarianceExploding").And.Message.Contains("ScheduleKinds.Register(kind, json => schedule)"));
        ScheduleKinds.Register("Quadratic", read => new Quadratic(read.Contains('6', StringComparison.Ordinal) ? 6 : 1));
        var schedule = ScheduleKinds.FromJson(json);
        Assert.That(schedule, Is.TypeOf<Quadratic>());
        Assert.That((schedule.T, schedule.At(3).S), Is.EqualTo((6, 9.0)));
        Assert.That(ScheduleKinds.Names, Does.Contain("Quadratic").And.Contain("Straight").And.Ordered);
        Assert.That(() => ScheduleKinds.Register("Quadratic", _ => new Quadratic(1)), Throws.ArgumentException.With.Message.Contains("'Quadratic' already"));
        Assert.That(() => ScheduleKinds.Register("", _ => new Quadratic(1)), Throws.ArgumentException);
    }

    [TestCase("", "cannot be read")]
    [TestCase("[1]", "is a JSON Array, not an object")]
    [TestCase("""{"Kind":"Triangle","Timesteps":5}""", "no schedule 'Triangle'")]
    [TestCase("""{"Kind":"Straight"}""", "Timesteps")]
    [TestCase("""{"Kind":"Straight","Timesteps":0}""", "Timesteps is 0")]
    [TestCase("""{"Kind":"VarianceExploding","Timesteps":5}""", "one of them is missing")]
    [TestCase("""{"Kind":"VarianceExploding","Timesteps":5,"SigmaMin":2,"SigmaMax":1,"Rho":7}""", "SigmaMax is 1")]
    [TestCase("""{"Kind":"AlphasCumprod","AlphasCumprod":[0.5,0.6]}""", "values must fall")]
    [TestCase("""{"Kind":"AlphasCumprod"}""", "AlphasCumprod")]
    [TestCase("""{"Kind":"Cosine","Timesteps":5,"MaxBeta":2}""", "MaxBeta is 2")]
    public void Broken_schedules_are_refused_with_a_reason(string json, string reason) =>
        Assert.That(() => ScheduleKinds.FromJson(json), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(reason));

    // g = 1, S = t².
    private sealed class Quadratic(int timesteps) : NoiseSchedule(timesteps)
    {
        public override string Kind => "Quadratic";

        public override string ToJson() => $$"""{"Kind":"Quadratic","Timesteps":{{T}}}""";

        protected override NoiseLevel LevelAt(double t) => new(t, 1, t * t);

        protected override double TimeAt(double lambda) => Math.Exp(-lambda / 2);
    }
}

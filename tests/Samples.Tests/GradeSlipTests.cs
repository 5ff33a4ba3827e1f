using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Grade;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Every slip, made of the library's own parts wrongly put together, is recognised by its name; and by the file that shows it.</summary>
[TestFixture]
internal sealed class GradeSlipTests
{
    private const int T = 10;

    private static readonly VariancePreservingSchedule Schedule = GradeStudent.Cosine(T);

    private static readonly Lazy<Diffusion.IDenoiser<float>> Network = new(() => GradeStudent.Trained(Schedule, 21, 2000, 80));

    private static GradeStudent Right => new(Schedule, Network.Value);

    private static IEnumerable<TestCaseData> Slips()
    {
        static TestCaseData Case(Slip slip, string form, Func<GradeStudent> student) => new TestCaseData(slip.Key, student).SetArgDisplayNames($"({slip.Number}) {form}");

        yield return Case(Slip.LastNoise, "at t = 1", () => Right with { LastNoise = true });
        yield return Case(Slip.Alpha, "in the sampler", () => Right with { UsesAlpha = true });
        yield return Case(Slip.Alpha, "in training", () => new GradeStudent(Schedule, GradeStudent.Trained(NoiseSchedule.FromAlphasCumprod(Schedule.Alphas[1..]), 22)));
        yield return Case(Slip.NotSquared, "in training and sampling", () => Of(FromCosine(1, 0.999)));
        yield return Case(Slip.NotClipped, "in training and sampling", () => Of(FromCosine(2, 1 - 1e-13)));
        yield return Case(Slip.Guidance, "w + 1", () => Right with { Guidance = w => w + 1 });
        yield return Case(Slip.Guidance, "a scale", () => Right with { Guidance = w => w - 1 });
        yield return Case(Slip.Labels, "in what is asked", () => new GradeStudent(Schedule, new AskedOtherwise(Network.Value) { Label = label => label < 0 ? label : 1 - label }));
        yield return Case(Slip.OffByOne, "asked for t - 1", () => new GradeStudent(Schedule, new AskedOtherwise(Network.Value) { Time = t => t - 1 }));
        yield return Case(Slip.OffByOne, "asked for t + 1", () => new GradeStudent(Schedule, new AskedOtherwise(Network.Value) { Time = t => Math.Min(T, t + 1) }));
        yield return Case(Slip.OffByOne, "asked for t + 1 of T = 50", () => new GradeStudent(GradeStudent.Cosine(50), new AskedOtherwise(GradeStudent.Trained(GradeStudent.Cosine(50), 23, 2000)) { Time = t => Math.Min(50, t + 1) }));
        yield return Case(Slip.NotScaled, "trained with t/T and asked with t", AskedUnscaled);
        yield return Case(Slip.NotScaled, "an embedding that saturates", () => new GradeStudent(Schedule, GradeStudent.Trained(Schedule, 24, network: new TimeThrough(10, 24, t => 10 * Math.Tanh(t)))));
        yield return Case(Slip.NotScaled, "no time at all", () => new GradeStudent(Schedule, GradeStudent.Trained(Schedule, 25, network: new TimeThrough(10, 25, _ => 5))));
        yield return Case(Slip.OneTable, "linear betas made for 1000", () => Of(NoiseSchedule.FromBetas([.. Enumerable.Range(0, T).Select(i => 1e-4 + (0.0199 * i / (T - 1)))])));
        yield return Case(Slip.OneTable, "the first of the cosine's 50", () => Of(NoiseSchedule.FromAlphasCumprod(GradeStudent.Cosine(50).AlphasCumprod[1..(T + 1)])));
        yield return Case(Slip.BatchDropping, "whole batches", () => Right with { Labels = Batches(byBatch: true) });
        yield return Case(Slip.Upper, "beta at every t", () => Right with { Upper = true });
        yield return Case(Slip.Pixels, "in the data", () => new GradeStudent(Schedule, new AskedOtherwise(Network.Value) { SwapsPixels = true }));
        yield return Case(Slip.NoLabels, "in what is asked", () => new GradeStudent(Schedule, new AskedOtherwise(Network.Value) { Label = _ => -1 }));
    }

    [TestCaseSource(nameof(Slips))]
    public void Is_recognised_by_name(string key, Func<GradeStudent> student)
    {
        var result = student().Grade();
        string said = string.Join('\n', result.Slips.SelectMany(found => found.Evidence.Prepend(found.Words)).Concat(result.Files.Select(file => $"{file.About} {file.IsRight}: {file.Words}")));
        TestContext.Out.WriteLine(said);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.IsRight, Is.False);
            Assert.That(result.Slips.Select(found => string.Join(' ', found.Alternatives.Select(slip => slip.Key))), Is.EqualTo(new[] { key }), said);
        }
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Two_slips_of_T_50_are_both_told_apart_from_the_trajectory()
    {
        var schedule = GradeStudent.Cosine(50);
        var result = new GradeStudent(schedule, GradeStudent.Exact(schedule)) { LastNoise = true, Upper = true }.Grade(800);
        Assert.That(result.Slips.Select(found => found.Words), Is.EqualTo(new[] { Slip.LastNoise.ToString(), Slip.Upper.ToString() }));
    }

    /// <summary>The control of all these: the same network, rightly used, and labels that were dropped one by one.</summary>
    [Test]
    public void The_same_network_rightly_used_is_right()
    {
        var result = (Right with { Labels = Batches(byBatch: false) }).Grade();
        Assert.That(result.IsRight, Is.True, result.Verdict);
        Assert.That(result.Slips, Is.Empty);
        Assert.That(result.Undecided, Is.EqualTo(new[] { Slip.NotClipped }), "a schedule without clipping has hardly a trace where nothing explodes");
    }

    /// <summary>What a file cannot show it says: dropping whole batches leaves no trace in anything but the labels.</summary>
    [Test]
    public void Without_its_labels_a_training_that_drops_whole_batches_is_undecided() =>
        Assert.That(Right.Grade().Undecided, Is.EqualTo(new[] { Slip.NotClipped, Slip.BatchDropping }));

    private static GradeStudent Of(VariancePreservingSchedule schedule) => new(schedule, GradeStudent.Trained(schedule, 26));

    // A_t = (cos / cos_0)^power, its betas clipped.
    private static VariancePreservingSchedule FromCosine(int power, double mostBeta)
    {
        double[] cosines = [.. Enumerable.Range(0, T + 1).Select(t => Math.Pow(Math.Cos((((double)t / T) + 0.008) / 1.008 * Math.PI / 2), power))];
        return NoiseSchedule.FromBetas([.. Enumerable.Range(1, T).Select(t => Math.Min(mostBeta, 1 - (cosines[t] / cosines[t - 1])))]);
    }

    // The embedding of the network sees t / T² in training, and T times that when it is asked.
    private static GradeStudent AskedUnscaled()
    {
        var network = new TimeThrough(T * T, 27, t => t);
        var denoiser = GradeStudent.Trained(Schedule, 27, network: network);
        network.Time = t => t * T;
        return new GradeStudent(Schedule, denoiser);
    }

    private static int[][] Batches(bool byBatch)
    {
        double[] chances = new double[50 * 64];
        new RandomSource(1).For(Purpose.LabelDropout).At(0).Uniform(chances.AsSpan());
        return [.. Enumerable.Range(0, 50).Select(batch => Enumerable.Range(0, 64).Select(i => chances[byBatch ? batch : (batch * 64) + i] < 0.3 ? -1 : i % 2).ToArray())];
    }
}

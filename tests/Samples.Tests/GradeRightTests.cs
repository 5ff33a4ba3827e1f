using Diffusion.TwoPixel.Grade;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>No false alarm: implementations that differ in seed, iterations, width, T, sampler and the precision of the mean are right.</summary>
[TestFixture]
internal sealed class GradeRightTests
{
    private static readonly Dictionary<(int T, ulong Seed), Diffusion.IDenoiser<float>> Networks = [];

    private static IEnumerable<TestCaseData> Implementations()
    {
        foreach (var (steps, seed, iterations, width) in new[] { (5, 31UL, 1500, 64), (5, 32UL, 2000, 96), (5, 39UL, 1200, 128), (10, 33UL, 1200, 128), (10, 34UL, 2500, 48), (10, 40UL, 1500, 80), (25, 35UL, 1800, 64), (50, 36UL, 2000, 64) })
        {
            foreach (string sampler in new[] { "ddpm", "clamped" })
                yield return new TestCaseData(steps, seed, iterations, width, sampler).SetArgDisplayNames($"T = {steps}, seed {seed}, {iterations} iterations, width {width}, {sampler}");
        }

        foreach (int steps in new[] { 5, 10, 25, 50 })
            yield return new TestCaseData(steps, 0UL, 0, 0, "ddpm").SetArgDisplayNames($"T = {steps}, exact");
    }

    [TestCaseSource(nameof(Implementations))]
    public void Is_right(int steps, ulong seed, int iterations, int width, string sampler)
    {
        var result = Grade(steps, seed, iterations, width, sampler);
        string said = Said(result);
        TestContext.Out.WriteLine(said);
        Assert.That(result.IsRight, Is.True, said);
        Assert.That(result.Slips, Is.Empty, said);
    }

    /// <summary>DDIM is not what the assignment asks for, and told so; what differs then is not taken for a slip.</summary>
    [TestCase(5, 31UL, 1500, 64)]
    [TestCase(10, 33UL, 1200, 128)]
    [TestCase(25, 35UL, 1800, 64)]
    public void DDIM_is_told_and_no_slip(int steps, ulong seed, int iterations, int width)
    {
        var result = Grade(steps, seed, iterations, width, "ddim");
        Assert.That(result.Slips, Is.Empty, Said(result));
        Assert.That(result.Files.Single(file => file.About == "trajectory").Words, Does.Contain("as DDIM's"));
    }

    private static string Said(GradeResult result) => string.Join('\n', result.Slips.SelectMany(found => found.Evidence).Concat(result.Files.Select(file => $"{file.About} {file.IsRight}: {file.Words}")));

    private static GradeResult Grade(int steps, ulong seed, int iterations, int width, string sampler)
    {
        var schedule = GradeStudent.Cosine(steps);
        if (!Networks.TryGetValue((steps, seed), out var network))
            Networks.Add((steps, seed), network = iterations == 0 ? GradeStudent.Exact(schedule) : GradeStudent.Trained(schedule, seed, iterations, width));
        return new GradeStudent(schedule, network) { Clamps = sampler == "clamped", Ddim = sampler == "ddim" }.Grade(600);
    }

    /// <summary>The control: a training of a fifth of the iterations is not called right, and no slip is named for it.</summary>
    [Test]
    public void Too_little_training_is_no_slip()
    {
        var schedule = GradeStudent.Cosine(10);
        var result = new GradeStudent(schedule, GradeStudent.Trained(schedule, 37, 120, 64)).Grade();
        Assert.That(result.IsRight, Is.False);
        Assert.That(result.Slips, Is.Empty, string.Join('\n', result.Slips.SelectMany(found => found.Evidence)));
        Assert.That(result.Verdict, Does.Contain("too little training"));
    }
}

using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Study;
using Diffusion.TwoPixel.Study.Experiments;
using Diffusion.TwoPixel.Submit;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The words of the submission follow from the numbers, whichever they are.</summary>
internal sealed class SubmissionTextTests
{
    [TestCase(0.01, "one round cloud of width 0.90")]
    [TestCase(0.4, "the cloud parts: 40 % of the points have their peak")]
    [TestCase(0.999, "two clouds: 99.9 % of the points have their peak")]
    public void A_stage_is_told_by_how_many_points_are_decided(double decided, string told)
    {
        var stage = new Stage(20, 0.9, decided, 0.3, 0.31, 0.01, 0.005, 0.1);
        Assert.That(stage.Told(50), Does.StartWith("t = 20 (30 steps done): ").And.Contain(told).And.Contain("0.0100 from q(x_t)"));
    }

    [Test]
    public void Suspected_errors_and_changes_are_those_of_the_run()
    {
        Assert.That(AssignmentNotes.SuspectedErrors, Has.Count.GreaterThanOrEqualTo(4));
        Assert.That(AssignmentNotes.Changes(new RunConfiguration()), Has.Some.Contains("squared"));
        Assert.That(AssignmentNotes.Changes(new RunConfiguration { Schedule = Schedules.ScheduleKind.Linear }), Has.None.Contains("squared").And.Some.Contains("linear"));
        Assert.That(AssignmentNotes.Changes(new RunConfiguration { Width = 32 }), Has.Some.Contains("64 channels"));
    }

    // A network that was hardly trained has no clouds, whatever the shares of points are.
    [Test]
    public void Points_that_went_astray_are_no_clouds() => Assert.That(
        new Stage(20, 500, 0.999, 580, 0.6, 512, 0.004, 75).Told(50), Does.Contain("gone astray").And.Contain("580.000").And.Not.Contain("clouds"));

    // What guidance does is told beside w = 0, and nothing forks where no label is asked.
    [TestCase(1, 1.70, 1.56, "guidance drives each outward")]
    [TestCase(-0.5, 1.20, 1.56, "part less")]
    [TestCase(0, 1.57, 1.57, "")]
    [TestCase(-1, 0, 1.56, "the label is not asked: the two ways do not part")]
    [TestCase(2, 0, 0, "the label changes nothing")]
    public void What_forks_is_told_beside_no_guidance(double w, double final, double unguided, string told)
    {
        string text = string.Join(" ", new Forks(49, w, 2000, [40, 35, 30], [30, 25, 20], final, unguided, 1.556, 0.4).Told());
        Assert.That(text, Does.Contain("from t = 49 on").And.Contain(told).And.Contain($"apart, with w = 0 {unguided:F3}"));
        Assert.That(text.Contains("a tenth of their final distance", StringComparison.Ordinal), Is.EqualTo(final > 0));
        Assert.That(text.Contains("outward", StringComparison.Ordinal), Is.EqualTo(told.Contains("outward", StringComparison.Ordinal)));
    }

    [TestCase(0.01, 0.02, 0.09, 0.1, "modes have width 0.100, without it 0.090", true)]
    [TestCase(0.02, 0.01, 0.09, 0.1, "modes have width 0.100", false)]
    [TestCase(0.01, 0.02, 0.12, 0.2, "modes have width 0.200", false)]
    [TestCase(0.01, 0.02, double.NaN, double.NaN, "modes without a point", false)]
    public void The_noise_of_the_last_step_helps_where_it_does(double with, double without, double widthWithout, double widthWith, string told, bool helps)
    {
        string text = new LastStepRow(50, 0.04, without, with, widthWithout, widthWith).Told();
        Assert.That(text, Does.Contain(told).And.Not.Contain("NaN"));
        Assert.That(text.Contains("makes up for", StringComparison.Ordinal), Is.EqualTo(helps));
    }

    [Test]
    public void Reasons_are_given_where_the_exact_predictor_shows_them()
    {
        static ModeNumbers Modes(double width, double exactWidth, double outliers, double exactOutliers) =>
            new([0.35, 0.65], [], [width, width], [exactWidth, exactWidth], [0.1, 0.1], outliers, exactOutliers);
        ModeNumbers few = Modes(0.12, 0.13, 0.07, 0.06), many = Modes(0.09, 0.09, 0, 0), bad = Modes(0.3, 0.09, 0.9, 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Problem3.Limit(0.08, 0.07), Does.Contain("mostly the sampler's"));
            Assert.That(Problem3.Limit(37, 0.07), Does.Contain("greater part of the distance is the network's"));
            Assert.That(Problem3.FewSteps(few, many), Does.Contain("between the peaks"));
            Assert.That(Problem3.FewSteps(few, bad), Is.Empty);
            Assert.That(Problem3.FewSteps(bad, many), Is.Empty);
            Assert.That(Problem3.FewSteps(Modes(0.12, 0.13, 0.9998, 0.07), Modes(0.12, 0.09, 0.9996, 0)), Is.Empty, "nearly all points are outliers");
            Assert.That(Problem3.Widths([few, many]), Does.Contain("too narrow but for the few-step models"));
            Assert.That(Problem3.Widths([many, many]), Does.Contain("too narrow").And.Not.Contain("but for"));
            Assert.That(Problem3.Widths([few, bad]), Is.Empty);
            Assert.That(Problem3.Widths([few, few]), Is.Empty);
            Assert.That(AssignmentNotes.Changes(new RunConfiguration { Loss = Objectives.LossKind.L1 }), Has.Some.Contains("mean absolute error"));
            Assert.That(AssignmentNotes.Changes(new RunConfiguration()), Has.None.Contains("The loss is"));
            Assert.That(new[] { 0.3, 0.15, 0 }.Select(dropout => Obstacles.OtherDropout(new() { LabelDropout = dropout })), Is.EqualTo(new[] { 0.15, 0.3, 0.3 }), "another one than that of the run");
        }
    }
}

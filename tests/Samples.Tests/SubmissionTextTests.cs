using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Study;
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
}

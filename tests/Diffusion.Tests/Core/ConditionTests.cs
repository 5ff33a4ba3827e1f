using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>What is asked of a denoiser: labels, values, what is missing of them, and parts of a batch.</summary>
public sealed class ConditionTests
{
    private static readonly Tensor<float> Values = Tensor<float>.From([3, 2], 1, 2, 3, 4, 5, 6);

    [Test]
    public void Labels_are_none_one_or_one_for_each()
    {
        Condition<float> none = default, one = 4, each = new[] { 2, -1, 0 }, spanned = new[] { 9, 2, -1, 0 }.AsSpan(1), empty = ReadOnlySpan<int>.Empty;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((none.IsNone, none.HasLabels, none.LabelOf(7), none.IsShared), Is.EqualTo((true, false, -1, true)));
            Assert.That((one.IsNone, one.HasLabels, one.LabelOf(0), one.LabelOf(7), one.IsShared), Is.EqualTo((false, true, 4, 4, true)));
            Assert.That((each.IsNone, each.LabelOf(0), each.LabelOf(1), each.IsShared), Is.EqualTo((false, 2, -1, false)));
            Assert.That(spanned.Labels.ToArray(), Is.EqualTo(each.Labels.ToArray()));
            Assert.That(empty.IsNone);
            Assert.That(((Condition<float>)(-1)).IsNone, "-1 means none");
            Assert.That(new Condition<float>(new[] { -1, -1 }).IsNone);
        }
    }

    [Test]
    public void Values_may_be_missing_for_some_samples()
    {
        Condition<float> all = Values, some = new(default, Values, new[] { false, true, false }), no = new(default, Values, new[] { true, true, true });
        Condition<float> shared = Values.Rows(1, 2), both = new(new[] { 1, -1, 0 }, Values, new[] { true, false, true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((all.IsNone, all.HasValues(2), all.HasLabels, all.IsShared), Is.EqualTo((false, true, false, false)));
            Assert.That((some.IsNone, some.HasValues(0), some.HasValues(1)), Is.EqualTo((false, true, false)));
            Assert.That((no.IsNone, no.HasValues(0)), Is.EqualTo((true, false)));
            Assert.That((shared.IsShared, shared.HasValues(50)), Is.EqualTo((true, true)));
            Assert.That((both.IsNone, both.LabelOf(1), both.HasValues(1), both.LabelOf(2), both.HasValues(2)), Is.EqualTo((false, -1, true, 0, false)));
        }
    }

    [Test]
    public void Rows_are_the_condition_of_these_samples()
    {
        Condition<float> both = new(new[] { 1, -1, 0 }, Values, new[] { true, false, true });
        var part = both.Rows(1, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(part.Labels.ToArray(), Is.EqualTo((int[])[-1, 0]));
            Assert.That(part.Values!.Span.ToArray(), Is.EqualTo((float[])[3, 4, 5, 6]));
            Assert.That((part.HasValues(0), part.HasValues(1)), Is.EqualTo((true, false)));
        }

        // What is shared by all is by some.
        Condition<float> shared = new(new[] { 7 }, Values.Rows(0, 1));
        Assert.That((shared.Rows(1, 3).LabelOf(1), shared.Rows(1, 3).Values!.Shape), Is.EqualTo((7, new Shape(1, 2))));
        Assert.That(default(Condition<float>).Rows(1, 3).IsNone);
    }

    [Test]
    public void Repeated_samples_come_one_after_the_other()
    {
        Condition<float> both = new(new[] { 1, -1, 0 }, Values, new[] { true, false, true });
        var twice = both.Repeat(3, 2);
        twice.Check(6);
        for (int i = 0; i < 6; i++)
        {
            Assert.That((twice.LabelOf(i), twice.HasValues(i)), Is.EqualTo((both.LabelOf(i % 3), both.HasValues(i % 3))));
            Assert.That(twice.Values!.Rows(i, i + 1).Span.SequenceEqual(Values.Rows(i % 3, (i % 3) + 1).Span));
        }

        Condition<float> mixed = new(new[] { 5 }, Values);
        var thrice = mixed.Repeat(3, 3);
        thrice.Check(9);
        Assert.That((thrice.LabelOf(8), thrice.Values!.Shape), Is.EqualTo((5, new Shape(9, 2))));
        Assert.That(((Condition<float>)3).Repeat(3, 100).Labels.Length, Is.EqualTo(1), "what is shared stays so");
    }

    [Test]
    public void A_clone_has_memory_of_its_own()
    {
        int[] labels = [1, 2];
        var values = Tensor<float>.From([2, 1], 3, 4);
        bool[] dropped = [false, true];
        Condition<float> condition = new(labels, values, dropped), clone = condition.Clone();
        labels[0] = 9;
        values.Span[0] = 9;
        dropped[0] = true;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((condition.LabelOf(0), condition.Values!.Span[0], condition.HasValues(0)), Is.EqualTo((9, 9f, false)), "the condition itself keeps what it was given");
            Assert.That((clone.LabelOf(0), clone.Values!.Span[0], clone.HasValues(0)), Is.EqualTo((1, 3f, true)));
        }
    }

    [Test]
    public void What_does_not_fit_a_batch_is_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new Condition<float>(new[] { 1, 2, 3 }).Check(2), Throws.ArgumentException.With.Message.Contains("3 labels were given for 2 samples; accepted are none, one for all, or one for each"));
            Assert.That(() => ((Condition<float>)Values).Check(2), Throws.ArgumentException.With.Message.Contains("the shape [3, 2], of 2 samples"));
            Assert.That(() => new Condition<float>(default, Values, new[] { true, false }).Check(3), Throws.ArgumentException.With.Message.Contains("2 marks of dropped values were given for 3 samples"));
            Assert.That(() => new Condition<float>(default, Tensor<float>.Zeros([])), Throws.ArgumentException.With.Message.Contains("dimension 0 of the values counts the samples"));
            Assert.That(() => new Condition<float>(new[] { 1 }, Values.Rows(0, 1)).Check(1000), Throws.Nothing);
        }
    }
}

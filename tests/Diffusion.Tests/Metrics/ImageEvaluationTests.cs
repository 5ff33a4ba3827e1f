using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>Judgements of sets whose judgement is known: the reference itself, held-out images, wrong labels, one class alone, and noise.</summary>
public sealed class ImageEvaluationTests
{
    private const int Side = 12, Classes = 4, Count = 400;

    private static readonly ImageSet Reference = BarImages.Draw(Count, seed: 1, Side, Classes), HeldOut = BarImages.Draw(Count, seed: 2, Side, Classes);
    private static readonly Lazy<ImageClassifier<float>> Judge = new(Train);
    private static readonly Lazy<ImageEvaluation<float>> Evaluation = new(() => new(Judge.Value, Reference, HeldOut));

    [Test]
    public void The_reference_itself_is_perfect()
    {
        var judgement = Evaluation.Value.Judge(Reference.ToTensor<float>(), Reference.Labels.Span);
        TestContext.Out.WriteLine(judgement);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(judgement.Count, Is.EqualTo(Count));
            Assert.That(judgement.Accuracy, Is.EqualTo(Judge.Value.Accuracy(Reference)).And.EqualTo(Evaluation.Value.ClassifierAccuracy));
            Assert.That(judgement.Accuracy, Is.GreaterThan(.95));
            Assert.That(judgement.Frechet, Is.LessThan(1e-6 * judgement.FrechetFloor));
            Assert.That((judgement.Precision, judgement.Recall), Is.EqualTo((1.0, 1.0)));
        }
    }

    // Held-out images are as good as real ones; noise is nothing of the kind: each control shows that the other can fail.
    [Test]
    public void Held_out_images_are_judged_good_and_noise_bad()
    {
        var real = Evaluation.Value.Judge(HeldOut.ToTensor<float>(), HeldOut.Labels.Span);
        var noise = (new RandomSource(5).For(Purpose.Data).At(0).Uniform<float>([Count, Side, Side, 1]) * 2) - 1;
        var bad = Evaluation.Value.Judge(noise, HeldOut.Labels.Span);
        TestContext.Out.WriteLine($"held out {real}\nnoise {bad}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(real, Is.EqualTo(Evaluation.Value.Floor(Count)));
            Assert.That(real.Frechet, Is.EqualTo(real.FrechetFloor));
            Assert.That(real.Accuracy, Is.GreaterThan(.95));
            Assert.That((real.Precision, real.Recall), Is.GreaterThan((.7, .7)));
            Assert.That(bad.FrechetFloor, Is.EqualTo(real.FrechetFloor), "of as many images");
            Assert.That(bad.Frechet, Is.GreaterThan(20 * real.Frechet));
            Assert.That((bad.Precision, bad.Recall), Is.LessThan((.05, .05)));
            Assert.That(bad.Accuracy, Is.LessThan(.5));
        }
    }

    // As MNIST's two kinds of writers: every second image of a set whose classes come in turn has half of the classes only.
    [Test]
    public void A_set_whose_kinds_come_in_turn_is_not_taken_by_every_second()
    {
        var byClass = Enumerable.Range(0, Classes).Select(c => Enumerable.Range(0, Count).Where(i => HeldOut.LabelOf(i) == c).ToArray()).ToArray();
        int each = byClass.Min(found => found.Length);
        var inTurn = HeldOut.Subset([.. Enumerable.Range(0, each * Classes).Select(i => byClass[i % Classes][i / Classes])]);
        var everySecond = inTurn.Subset([.. Enumerable.Range(0, inTurn.Count / 2).Select(i => 2 * i)]);
        var evaluation = new ImageEvaluation<float>(Judge.Value, inTurn, inTurn);
        double floor = evaluation.Floor(everySecond.Count).Frechet, wrong = evaluation.Judge(everySecond.ToTensor<float>(), everySecond.Labels.Span).Frechet;
        TestContext.Out.WriteLine($"floor {floor:F3}, of every second image {wrong:F3}");
        Assert.That(wrong, Is.GreaterThan(5 * floor));
        Assert.That(evaluation.Labels(everySecond.Count).Distinct(), Is.EquivalentTo(Enumerable.Range(0, Classes)));
        Assert.That(evaluation.Labels(2 * inTurn.Count), Has.Length.EqualTo(2 * inTurn.Count));
        Assert.That(evaluation.Labels(inTurn.Count), Is.EqualTo(inTurn.Labels.ToArray()), "all are all, in their order");
    }

    // Four standard errors of a share of a quarter.
    [Test]
    public void Labels_that_belong_to_other_images_are_right_by_chance()
    {
        int[] shuffled = HeldOut.Shuffled(3).Labels.ToArray();
        var judgement = Evaluation.Value.Judge(HeldOut.ToTensor<float>(), shuffled);
        Assert.That(judgement.Accuracy, Is.EqualTo(.25).Within(4 * Math.Sqrt(.25 * .75 / Count)));
        Assert.That(judgement with { Accuracy = 0 }, Is.EqualTo(Evaluation.Value.Floor(Count) with { Accuracy = 0 }), "the images are the same");
    }

    [Test]
    public void A_class_that_is_missing_costs_recall_and_not_precision()
    {
        var some = HeldOut.Subset([.. Enumerable.Range(0, Count).Where(i => HeldOut.LabelOf(i) != 3)]);
        var judgement = Evaluation.Value.Judge(some.ToTensor<float>(), some.Labels.Span);
        var floor = Evaluation.Value.Floor(some.Count);
        TestContext.Out.WriteLine($"without a class {judgement}\nfloor {floor}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(judgement.Recall, Is.LessThan(floor.Recall - .1));
            Assert.That(judgement.Precision, Is.GreaterThan(floor.Precision - .05));
            Assert.That(judgement.Frechet, Is.GreaterThan(2 * floor.Frechet));
            Assert.That((floor.Count, floor.Frechet), Is.EqualTo((some.Count, judgement.FrechetFloor)));
        }
    }

    // Sorted by class, as folders are.
    [TestCase(100)]
    [TestCase(400)]
    [TestCase(600)]
    [TestCase(1000)]
    public void Classes_are_asked_for_as_often_as_they_are_among_real_images(int count)
    {
        var sorted = Reference.Subset([.. Enumerable.Range(0, Count).OrderBy(Reference.LabelOf)]);
        int[] asked = new ImageEvaluation<float>(Judge.Value, sorted, HeldOut).Labels(count);
        Assert.That(asked, Has.Length.EqualTo(count));
        for (int k = 0; k < Classes; k++)
        {
            double share = Reference.Labels.Span.Count(k) / (double)Count;
            Assert.That(asked.Count(label => label == k), Is.EqualTo(share * count).Within(1 + ((double)count / Count)), $"class {k}");
        }
    }

    // A few of a sorted set are from everywhere in it.
    [Test]
    public void The_floor_of_a_few_has_all_classes_and_is_higher()
    {
        var sorted = HeldOut.Subset([.. Enumerable.Range(0, Count).OrderBy(HeldOut.LabelOf)]);
        var evaluation = new ImageEvaluation<float>(Judge.Value, Reference, sorted);
        ImageJudgement few = evaluation.Floor(80), all = evaluation.Floor(1000), one = evaluation.Judge(sorted.Range(0, 80).ToTensor<float>(), sorted.Range(0, 80).Labels.Span);
        TestContext.Out.WriteLine($"80: {few}\nall: {all}\none class: {one}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((few.Count, all.Count), Is.EqualTo((80, Count)));
            Assert.That(few.Frechet, Is.GreaterThan(all.Frechet), "of N samples it is too large by c/N");
            Assert.That(one.Frechet, Is.GreaterThan(3 * few.Frechet));
            Assert.That(one.FrechetFloor, Is.EqualTo(few.Frechet));
        }
    }

    [Test]
    public void What_cannot_be_judged_is_refused()
    {
        var judge = Judge.Value;
        static void Refuses(Action make, string message) => Assert.That(make, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            Refuses(() => _ = new ImageEvaluation<float>(judge, Reference.Range(0, 5), HeldOut), "There are 5 images to compare with and 400 for the floor; at least 6 of each");
            Refuses(() => _ = new ImageEvaluation<float>(judge, Reference, HeldOut.Range(0, 5)), "at least 6 of each");
            Assert.That(new ImageEvaluation<float>(judge, Reference.Range(0, 6), HeldOut.Range(0, 6)).Floor(6).Count, Is.EqualTo(6), "six are enough");
            Refuses(() => _ = new ImageEvaluation<float>(judge, ImageSet.Of(Reference.ToTensor<float>()), HeldOut), "Some images to compare with have no label");
            Refuses(() => _ = new ImageEvaluation<float>(judge, BarImages.Draw(10, 1, 14, Classes), HeldOut), "takes images [N, 12, 12, 1], not [10, 14, 14, 1]");
            Refuses(() => Evaluation.Value.Judge(Tensor<float>.Zeros([9, 12, 12, 1]), new int[8]), "8 classes were given for 9 images");
            Refuses(() => Evaluation.Value.Judge(Tensor<float>.Zeros([9, 12, 11, 1]), new int[9]), "not [9, 12, 11, 1]");
            Refuses(() => Evaluation.Value.Judge(Tensor<float>.Zeros([5, 12, 12, 1]), new int[5]), "N at least 6");
            Refuses(() => Evaluation.Value.Judge(Tensor<float>.Full([9, 12, 12, 1], float.NaN), new int[9]), "finite");
            Refuses(() => Evaluation.Value.Floor(5), "N at least 6");
        }
    }

    private static ImageClassifier<float> Train()
    {
        var sizes = new ImageClassifierConfiguration { Height = Side, Width = Side, Channels = 1, Classes = Classes, Widths = [8, 8], Features = 8 };
        var trainer = new ClassifierTrainer<float>(sizes, BarImages.Draw(Count, seed: 3, Side, Classes), new() { Iterations = 80, Batch = 32, HeldOut = 0, LearningRate = 1e-2, Warmup = 5, Ema = .9, MaxShift = .4, MaxTurn = 1, MaxScale = 0 });
        trainer.Run();
        return trainer.Averaged();
    }
}

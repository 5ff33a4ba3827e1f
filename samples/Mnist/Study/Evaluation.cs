using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Networks;
using Diffusion.Tensors;

namespace Diffusion.Digits.Study;

/// <summary>What the classifier says of a set of images.</summary>
/// <param name="Count">The number of images.</param>
/// <param name="Accuracy">The share in which it sees the class that was asked for.</param>
/// <param name="Frechet">The Frechet distance of its features to those of the test images.</param>
/// <param name="FrechetFloor">The same distance for as many real images that the classifier was not trained on.</param>
/// <param name="Precision">The share of images within the manifold of the test images.</param>
/// <param name="Recall">The share of test images within the manifold of the images.</param>
internal sealed record Judgement(int Count, double Accuracy, double Frechet, double FrechetFloor, double Precision, double Recall);

/// <summary>Judges generated images by a classifier, against the test images; real images held out from its training are the floor.</summary>
internal sealed class Evaluation
{
    private readonly MnistClassifier<float> _classifier;
    private readonly MnistSet _test, _heldOut;
    private readonly Tensor<float> _testFeatures, _heldOutFeatures;
    private readonly int[] _heldOutClasses;

    /// <summary>Prepares the judge.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="heldOut">How many images at the end of the training set it has not seen.</param>
    /// <param name="data">The real images.</param>
    /// <exception cref="InvalidDataException">The set has no such images.</exception>
    public Evaluation(MnistClassifier<float> classifier, int heldOut, Data.Mnist data)
    {
        if (heldOut < 2 || heldOut >= data.Train.Count)
            throw new InvalidDataException($"The classifier was trained without the last {heldOut} images of its training set, but this one has {data.Train.Count}: judge with the data that it belongs to.");
        (_classifier, _test) = (classifier, data.Test);
        _heldOut = data.Train.Range(data.Train.Count - heldOut, data.Train.Count);
        ClassifierAccuracy = classifier.Accuracy(data.Test);
        (_testFeatures, _) = classifier.Classify(data.Test);
        (_heldOutFeatures, _heldOutClasses) = classifier.Classify(_heldOut);
    }

    /// <summary>The share of test images whose class the classifier sees.</summary>
    public double ClassifierAccuracy { get; }

    /// <summary>Classes of test images: digits asked for as often as they are among real ones.</summary>
    public int[] Labels(int count)
    {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
            labels[i] = _test.Labels.Span[count <= _test.Count ? Spread(i, count, _test.Count) : i % _test.Count];
        return labels;
    }

    /// <summary>Judges images [N, 28, 28, 1] of the classes that were asked for.</summary>
    public Judgement Judge(Tensor<float> images, int[] asked)
    {
        var (features, classes) = _classifier.Classify(images);
        return Judge(features, classes, asked);
    }

    /// <summary>Judges as many of the real images that were held out, all if there are fewer: what perfect images would get.</summary>
    public Judgement Floor(int count)
    {
        int[] labels = _heldOut.ToLabels();
        int all = labels.Length;
        count = Math.Min(count, all);
        return Judge(
            SomeHeldOut(count),
            [.. Enumerable.Range(0, count).Select(i => _heldOutClasses[Spread(i, count, all)])],
            [.. Enumerable.Range(0, count).Select(i => labels[Spread(i, count, all)])]);
    }

    private Judgement Judge(Tensor<float> features, int[] classes, int[] asked)
    {
        int count = asked.Length, right = 0;
        for (int i = 0; i < count; i++)
            right += classes[i] == asked[i] ? 1 : 0;
        var manifolds = PrecisionRecall.Between(_testFeatures, features);
        return new Judgement(
            count,
            (double)right / count,
            FrechetDistance.Between(features, _testFeatures),
            FrechetDistance.Between(SomeHeldOut(count), _testFeatures),
            manifolds.Precision,
            manifolds.Recall);
    }

    // As many real images, from everywhere in the set: its order is not random.
    private Tensor<float> SomeHeldOut(int count)
    {
        int all = _heldOutFeatures.Shape[0];
        if (count >= all)
            return _heldOutFeatures;
        var some = Tensor<float>.Uninitialized([count, _heldOutFeatures.Shape[1]]);
        for (int i = 0; i < count; i++)
            some.Rows(i, i + 1).CopyFrom(_heldOutFeatures.Rows(Spread(i, count, all), Spread(i, count, all) + 1));
        return some;
    }

    private static int Spread(int i, int count, int all) => (int)((long)i * all / count);
}

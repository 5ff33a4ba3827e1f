using System.Numerics;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>What a classifier says of a set of images.</summary>
/// <param name="Count">The number of images.</param>
/// <param name="Accuracy">The share in which it sees the class that was asked for.</param>
/// <param name="Frechet">The Frechet distance of its features to those of the reference images.</param>
/// <param name="FrechetFloor">The same distance for as many real images that the classifier was not trained on.</param>
/// <param name="Precision">The share of images within the manifold of the reference images.</param>
/// <param name="Recall">The share of reference images within the manifold of the images.</param>
public sealed record ImageJudgement(int Count, double Accuracy, double Frechet, double FrechetFloor, double Precision, double Recall);

/// <summary>
/// Judges generated images by a classifier, against real ones: by the class that it sees, and by its features (Frechet distance, precision and
/// recall). What real images that it was not trained on would get is the floor.
/// </summary>
/// <remarks>Features are those of the classifier, so numbers compare with others of the same classifier only.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ImageEvaluation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The fewest images that can be judged, or judged with: each needs neighbours of its own kind.</summary>
    public const int LeastImages = PrecisionRecall.DefaultNeighbours + 1;

    private readonly ImageClassifier<T> _classifier;
    private readonly ImageSet _reference, _heldOut;
    private readonly Tensor<T> _referenceFeatures, _heldOutFeatures;
    private readonly int[] _heldOutClasses;

    /// <summary>Prepares the judge.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="reference">The images that generated ones are compared with, at least <see cref="LeastImages"/>, each with a label; the classifier was not trained on them.</param>
    /// <param name="heldOut">Other images that it was not trained on, at least as many; from everywhere in the set, as many are taken as are judged.</param>
    /// <exception cref="ArgumentException">Images of another shape than the classifier's, too few, or one to compare with that has no label.</exception>
    public ImageEvaluation(ImageClassifier<T> classifier, ImageSet reference, ImageSet heldOut)
    {
        if (heldOut.Count < LeastImages || reference.Count < LeastImages)
            throw new ArgumentException($"There are {reference.Count} images to compare with and {heldOut.Count} for the floor; at least {LeastImages} of each are needed.", nameof(heldOut));
        if (reference.Labels.IsEmpty || reference.Labels.Span.Contains(DenoiserArguments.NoLabel))
            throw new ArgumentException("Some images to compare with have no label; each needs the class that the classifier is to see.", nameof(reference));
        (_classifier, _reference, _heldOut) = (classifier, reference, heldOut);
        (_referenceFeatures, var seen) = classifier.Classify(reference);
        ClassifierAccuracy = Share(seen, [.. Enumerable.Range(0, reference.Count).Select(reference.LabelOf)]);
        (_heldOutFeatures, _heldOutClasses) = classifier.Classify(heldOut);
    }

    /// <summary>The share of reference images whose class the classifier sees.</summary>
    public double ClassifierAccuracy { get; }

    /// <summary>Classes of reference images: asked for as often as they are among real ones.</summary>
    /// <param name="count">N.</param>
    public int[] Labels(int count) => [.. Some(count, _reference).Select(_reference.LabelOf)];

    /// <summary>Judges images.</summary>
    /// <param name="images">[N, H, W, C] in [-1, 1], N at least <see cref="LeastImages"/>.</param>
    /// <param name="asked">The classes that were asked for, [N].</param>
    /// <exception cref="ArgumentException">Images of another shape, too few, or another number of classes.</exception>
    public ImageJudgement Judge(Tensor<T> images, ReadOnlySpan<int> asked)
    {
        var (features, classes) = _classifier.Classify(images);
        return Judge(features, classes, asked);
    }

    /// <summary>Judges as many of the real images that were held out, all if there are fewer: what perfect images would get.</summary>
    /// <param name="count">N, at least <see cref="LeastImages"/>.</param>
    /// <exception cref="ArgumentException">Too few.</exception>
    public ImageJudgement Floor(int count)
    {
        int all = _heldOut.Count;
        count = Math.Min(count, all);
        int[] chosen = Some(count, _heldOut);
        return Judge(SomeHeldOut(count), [.. chosen.Select(i => _heldOutClasses[i])], [.. chosen.Select(_heldOut.LabelOf)]);
    }

    private ImageJudgement Judge(Tensor<T> features, int[] classes, ReadOnlySpan<int> asked)
    {
        if (asked.Length != classes.Length)
            throw new ArgumentException($"{asked.Length} classes were given for {classes.Length} images.", nameof(asked));
        var manifolds = PrecisionRecall.Between(_referenceFeatures, features);
        return new ImageJudgement(
            classes.Length,
            Share(classes, asked),
            FrechetDistance.Between(features, _referenceFeatures),
            FrechetDistance.Between(SomeHeldOut(classes.Length), _referenceFeatures),
            manifolds.Precision,
            manifolds.Recall);
    }

    private static double Share(int[] classes, ReadOnlySpan<int> asked)
    {
        int right = 0;
        for (int i = 0; i < classes.Length; i++)
            right += classes[i] == asked[i] ? 1 : 0;
        return (double)right / classes.Length;
    }

    // As many real images, drawn without regard to their order.
    private Tensor<T> SomeHeldOut(int count)
    {
        int all = _heldOutFeatures.Shape[0];
        if (count >= all)
            return _heldOutFeatures;
        var some = Tensor<T>.Uninitialized([count, _heldOutFeatures.Shape[1]]);
        int[] chosen = Some(count, _heldOut);
        for (int i = 0; i < count; i++)
            some.Rows(i, i + 1).CopyFrom(_heldOutFeatures.Rows(chosen[i], chosen[i] + 1));
        return some;
    }

    // As often of each class as it is there, and within a class by chance. Every k-th of the set as it stands would not do: the digits of MNIST come in
    // turn from two kinds of writers.
    private static int[] Some(int count, ImageSet images)
    {
        int[] order = [.. new RandomSource(0).For(Purpose.Metrics).At(0).Permutation(images.Count).OrderBy(images.LabelOf)];
        return [.. Enumerable.Range(0, count).Select(i => order[(int)((long)i * images.Count / count)]).Order()];
    }
}

using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// The distribution that guidance of weight w is often said to sample: p_w(x | y) ∝ p(x) p(y | x)^(1 + w) ∝ p(x | y) p(y | x)^w of a mixture,
/// with component y as the class. w = 0 is the class itself and w = -1 all data. Guided samplers do not draw from it: noise added to it
/// is not the noised mixture tilted alike (arXiv:2408.09000, section 3). Immutable.
/// </summary>
public sealed class TiltedMixture
{
    /// <summary>How many points are proposed for one before drawing gives up.</summary>
    public const int MostProposals = 1_000_000;

    private readonly GaussianMixture _proposal;
    private readonly NoisedMixture _all, _class;
    private readonly double _logWeight;

    /// <summary>Tilts a mixture.</summary>
    /// <param name="mixture">The mixture p(x), of any number of dimensions.</param>
    /// <param name="label">The class y, a component.</param>
    /// <param name="w">The weight, finite and at least -1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such label, or the weight is not accepted: below -1 the density may have no finite integral.</exception>
    public TiltedMixture(GaussianMixture mixture, int label, double w)
    {
        if ((uint)label >= (uint)mixture.LabelCount)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label is {label}; accepted are 0 to {mixture.LabelCount - 1}.");
        if (!(w >= -1 && double.IsFinite(w)))
            throw new ArgumentOutOfRangeException(nameof(w), w, $"The weight w of a tilted mixture is {w}; it must be finite and at least -1.");
        (Mixture, Label, Weight) = (mixture, label, w);
        (_all, _class) = (mixture.At(1), mixture.Conditional(label).At(1));
        _logWeight = Math.Log(mixture.Components[label].Weight);
        _proposal = w >= 0 ? mixture.Conditional(label) : mixture;
    }

    /// <summary>The mixture p(x).</summary>
    public GaussianMixture Mixture { get; }

    /// <summary>The class y.</summary>
    public int Label { get; }

    /// <summary>The weight w.</summary>
    public double Weight { get; }

    /// <summary>
    /// log p(x | y) + w log p(y | x): the log-density up to a constant. The integral of its exponential is the mean of p(y | x)^w over the
    /// class, which for w of 0 or more is the share of proposals that drawing accepts.
    /// </summary>
    /// <param name="x">The point, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public double UnnormalizedLogDensity(ReadOnlySpan<double> x)
    {
        double own = _class.LogDensity(x);

        // As a difference of logarithms, p(y | x) is told however small it is.
        return own + (Weight * (_logWeight + own - _all.LogDensity(x)));
    }

    /// <summary>
    /// Draws points exactly, by rejection: for w of 0 or more a point of the class is accepted with the probability p(y | x)^w, for w below 0 one
    /// of all data with p(y | x)^(1 + w). Neither exceeds 1, so what is accepted has the density p_w.
    /// </summary>
    /// <param name="count">N, the number of points.</param>
    /// <param name="random">The streams: that of step i proposes points for point i until one is accepted.</param>
    /// <returns>The points, of the shape <see cref="GaussianMixture.ShapeOf"/>. Point i does not depend on N.</returns>
    /// <exception cref="InvalidOperationException">None of <see cref="MostProposals"/> was accepted: w is too large for classes that overlap so much.</exception>
    public Tensor<T> Sample<T>(int count, PurposeRandom random)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var points = Tensor<T>.Uninitialized(Mixture.ShapeOf(count));
        double[] x = new double[Mixture.Dimensions];
        for (int i = 0; i < count; i++)
            Draw(random.At(i), points.Rows(i, i + 1), x);
        return points;
    }

    private void Draw<T>(RandomStream stream, Tensor<T> point, double[] x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double exponent = Weight >= 0 ? Weight : 1 + Weight;
        Span<int> label = stackalloc int[1];
        Span<double> words = stackalloc double[2];
        for (int proposal = 0; proposal < MostProposals; proposal++)
        {
            _proposal.Sample(stream, point, label, proposal);
            for (int j = 0; j < x.Length; j++)
                x[j] = double.CreateTruncating(point.Span[j]);

            // Word 0 chose the component and words from 2 on displaced the point, so word 1 is free to decide.
            stream.Uniform(words, words.Length, proposal);
            if (words[1] < Math.Exp(exponent * (_logWeight + _class.LogDensity(x) - _all.LogDensity(x))))
                return;
        }

        throw new InvalidOperationException($"None of {MostProposals} points of class {Label} was accepted with w = {Weight}: the classes overlap too much for so large a weight. A smaller one may do.");
    }
}

using Diffusion.Data;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class GaussianMixtureTests
{
    private static readonly RandomSource Random = new(3);

    [Test]
    public void The_default_is_the_assignments()
    {
        var mixture = GaussianMixture.TwoPixel;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(mixture.LabelCount, Is.EqualTo(2));
            Assert.That(mixture.Components[0], Is.EqualTo(new MixtureComponent { Weight = .35, Left = -.35, Right = .65, Sigma = .1 }));
            Assert.That(mixture.Components[1], Is.EqualTo(new MixtureComponent { Weight = .65, Left = .75, Right = -.45, Sigma = .1 }));
            Assert.That(mixture.VariancePerPixel, Is.EqualTo(.285275).Within(1e-12));
        }
    }

    [Test]
    [Category("Statistics")]
    public void Samples_have_the_weights_means_and_deviations()
    {
        const int Count = 200_000;
        var (x0, labels) = GaussianMixture.TwoPixel.Sample<double>(Count, Random.For(Purpose.Data).At(0));
        Assert.That(x0.Shape.ToArray(), Is.EqualTo(new[] { Count, 2, 1 }));
        Assert.That(labels.Count(label => label == 0) / (double)Count, Is.EqualTo(.35).Within(4 * Math.Sqrt(.35 * .65 / Count)));
        for (int label = 0; label < 2; label++)
        {
            var component = GaussianMixture.TwoPixel.Components[label];
            double n = labels.Count(value => value == label), left = 0, right = 0, ll = 0, lr = 0, rr = 0;
            for (int i = 0; i < Count; i++)
            {
                if (labels[i] != label)
                    continue;
                double a = (x0.Span[2 * i] - component.Left) / component.Sigma, b = (x0.Span[(2 * i) + 1] - component.Right) / component.Sigma;
                left += a / n;
                right += b / n;
                ll += a * a / n;
                lr += a * b / n;
                rr += b * b / n;
            }

            // Four standard errors: 1/sqrt(n) of a mean and of a product, sqrt(2/n) of a square. This would also see a
            // displacement that depends on the word that chose the label.
            double within = 4 / Math.Sqrt(n);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(left, Is.Zero.Within(within));
                Assert.That(right, Is.Zero.Within(within));
                Assert.That(lr, Is.Zero.Within(within));
                Assert.That(ll, Is.EqualTo(1).Within(within * Math.Sqrt(2)));
                Assert.That(rr, Is.EqualTo(1).Within(within * Math.Sqrt(2)));
            }
        }
    }

    [Test]
    public void Sample_i_does_not_depend_on_how_the_batch_is_cut()
    {
        var stream = Random.For(Purpose.Data).At(7);
        var (whole, labels) = GaussianMixture.TwoPixel.Sample<float>(5000, stream);
        foreach (var (from, to) in new[] { (0, 1), (1, 4097), (4097, 5000), (4000, 4200) })
        {
            var (part, partLabels) = GaussianMixture.TwoPixel.Sample<float>(to - from, stream, from);
            Assert.That(part.Span.SequenceEqual(whole.Rows(from, to).Span));
            Assert.That(partLabels, Is.EqualTo(labels[from..to]));
        }

        var (ofStep, _) = GaussianMixture.TwoPixel.Sample(5000, Random.At(7));
        Assert.That(ofStep.Span.SequenceEqual(whole.Span), "the stream of a step for data");
        Assert.That(GaussianMixture.TwoPixel.Sample(0, Random.At(7)).X0.Length, Is.Zero);
    }

    [Test]
    public void Conditional_keeps_one_component()
    {
        var conditional = GaussianMixture.TwoPixel.Conditional(0);
        Assert.That(conditional.Components, Is.EqualTo(new[] { GaussianMixture.TwoPixel.Components[0] with { Weight = 1 } }));
        Assert.That(GaussianMixture.TwoPixel.Conditional(-1), Is.EqualTo(GaussianMixture.TwoPixel));
        Assert.That(() => GaussianMixture.TwoPixel.Conditional(2), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 1"));
    }

    [Test]
    public void Mixtures_travel_as_json()
    {
        string json = GaussianMixture.TwoPixel.ToJson();
        var read = GaussianMixture.FromJson(json);
        Assert.That(read, Is.EqualTo(GaussianMixture.TwoPixel));
        Assert.That(read.GetHashCode(), Is.EqualTo(GaussianMixture.TwoPixel.GetHashCode()));
        Assert.That(json, Does.Not.Contain("LabelCount"));
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"Components":[]}""")]
    [TestCase("""{"Components":[null]}""")]
    [TestCase("""{"Components":[{"Weight":1,"Left":0,"Right":0}]}""")]
    [TestCase("""{"Components":[{"Weight":0.5,"Left":0,"Right":0,"Sigma":1}]}""")]
    [TestCase("""{"Components":[{"Weight":1,"Left":0,"Right":0,"Sigma":0}]}""")]
    [TestCase("""{"Components":[{"Weight":1,"Left":0,"Right":0,"Sigma":1,"Colour":2}]}""")]
    public void Broken_mixtures_are_refused(string json) =>
        Assert.That(() => GaussianMixture.FromJson(json), Throws.InstanceOf<InvalidDataException>());
}

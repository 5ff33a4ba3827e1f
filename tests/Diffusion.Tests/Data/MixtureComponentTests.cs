using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>Components in d dimensions: what they hold, how they are drawn, how they travel as JSON, and what is refused.</summary>
public sealed class MixtureComponentTests
{
    private static readonly RandomSource Random = new(4);

    [Test]
    public void A_component_is_a_value()
    {
        double[] mean = [1, 2, 3], covariance = Textbook.Covariance(3, 1);
        MixtureComponent full = new(.5, mean, covariance), isotropic = new(.5, mean, .3), pair = new(.5, [1, 2], .3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(pair, Is.EqualTo(new MixtureComponent { Weight = .5, Left = 1, Right = 2, Sigma = .3 }));
            Assert.That(full, Is.EqualTo(new MixtureComponent(.5, mean, covariance)).And.Not.EqualTo(isotropic));
            Assert.That(full.GetHashCode(), Is.EqualTo(new MixtureComponent(.5, mean, covariance).GetHashCode()));
            Assert.That(full with { Sigma = .3 }, Is.EqualTo(isotropic));
            Assert.That(full with { Weight = .4 }, Is.EqualTo(new MixtureComponent(.4, mean, covariance)));
            Assert.That(pair with { Right = 5 }, Is.EqualTo(new MixtureComponent(.5, [1, 5], .3)));
            Assert.That(pair, Is.Not.EqualTo(pair with { Left = 5 }).And.Not.EqualTo(pair with { Sigma = 5 }));
            Assert.That((full.Dimensions, full.IsIsotropic, isotropic.IsIsotropic), Is.EqualTo((3, false, true)));
            Assert.That(isotropic.Covariance.ToArray(), Is.EqualTo(new[] { .09, 0, 0, 0, .09, 0, 0, 0, .09 }).Within(1e-16));
            Assert.That(full.ToString(), Does.Contain("Mean = (1, 2, 3)").And.Contain("Covariance"));
            Assert.That(isotropic.ToString(), Does.Contain("Sigma = 0.3"));
            Assert.That(() => full.Sigma, Throws.InvalidOperationException);
            Assert.That(() => full.Left, Throws.InvalidOperationException.With.Message.Contains("3 dimensions"));
            Assert.That(() => full with { Right = 1 }, Throws.InvalidOperationException);
        }

        (mean[0], covariance[0]) = (7, 7);
        Assert.That((full.Mean.Span[0], full.Covariance.Span[0]), Is.EqualTo((1.0, Textbook.Covariance(3, 1)[0])), "a copy");
    }

    [Test]
    public void Variance_per_number_is_within_and_between()
    {
        // Within: (4 + 1 + 1)/3 and 9; between: means 0 and 3 in the first number only, .5·.5·9/3.
        var mixture = new GaussianMixture([new MixtureComponent(.5, [0, 0, 0], [4, .5, 0, .5, 1, 0, 0, 0, 1]), new MixtureComponent(.5, [3, 0, 0], 3)]);
        Assert.That(mixture.VariancePerPixel, Is.EqualTo((.5 * 2) + (.5 * 9) + (.25 * 9 / 3)).Within(1e-12));
    }

    [TestCase(new[] { 1.0, 0, 0 }, "has 3 numbers; accepted is [2, 2], 4 numbers")]
    [TestCase(new[] { 1.0, .1, .2, 1 }, "is 0.1 at [0, 1] and 0.2 at [1, 0]; it must be symmetric")]
    [TestCase(new[] { 1.0, 2, 2, 1 }, "has the eigenvalue -1, the largest being 3; it must be positive definite")]
    [TestCase(new[] { 1.0, 1, 1, 1 }, "must be positive definite")]
    [TestCase(new[] { 0.0, 0, 0, 0 }, "must be positive definite")]
    [TestCase(new[] { 1.0, 0, 0, double.NaN }, "is NaN at [1, 1]; it must be finite")]
    [TestCase(new[] { 1.0, 0, 0, 1e200 }, "must be finite, and so must its square")]
    public void What_is_no_covariance_is_refused(double[] covariance, string message) =>
        Assert.That(() => new MixtureComponent(1, [.5, -2], covariance), Throws.ArgumentException.With.Message.Contains("Mean (0.5, -2)").And.Message.Contains(message));

    [Test]
    public void Other_broken_components_are_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new MixtureComponent(1, [], 1), Throws.ArgumentException.With.Message.Contains("at least one"));
            Assert.That(() => new MixtureComponent(1, [0, double.NaN], 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Mean[1]"));
            Assert.That(() => new MixtureComponent(1, [0], -1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Sigma"));
            Assert.That(() => new MixtureComponent(2, [0], 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Weight"));
            Assert.That(
                () => new GaussianMixture([new MixtureComponent(.5, [0], 1), new MixtureComponent(.5, [0, 1], 1)]),
                Throws.ArgumentException.With.Message.Contains("Component 1 has 2 dimensions, but component 0 has 1"));
        }
    }

    [Test]
    public void A_covariance_with_the_rounding_of_a_product_is_made_symmetric()
    {
        double[] covariance = [1, .3, Math.BitIncrement(.3), 2];
        var found = new MixtureComponent(1, [0, 0], covariance).Covariance.Span;
        Assert.That(found[1], Is.EqualTo(found[2]).And.EqualTo(.3).Within(1e-15));
    }

    [Test]
    public void Json_has_one_form_for_each_kind()
    {
        Assert.That(
            GaussianMixture.TwoPixel.ToJson(),
            Is.EqualTo("""{"Components":[{"Weight":0.35,"Left":-0.35,"Right":0.65,"Sigma":0.1},{"Weight":0.65,"Left":0.75,"Right":-0.45,"Sigma":0.1}]}"""));
        Check("""{"Components":[{"Weight":1,"Mean":[0,1.5,2],"Sigma":0.1}]}""", new MixtureComponent(1, [0, 1.5, 2], .1));
        Check("""{"Components":[{"Weight":1,"Mean":[0,1],"Covariance":[[2,0.5],[0.5,3]]}]}""", new MixtureComponent(1, [0, 1], [2, .5, .5, 3]));
        Assert.That(GaussianMixture.FromJson("""{"components":[{"weight":1,"mean":[1,2],"sigma":3}]}"""), Is.EqualTo(new GaussianMixture([new MixtureComponent(1, [1, 2], 3.0)])), "pairs, in any case");
        foreach (var mixture in Textbook.Mixtures)
        {
            var read = GaussianMixture.FromJson(mixture.ToJson());
            Assert.That(read, Is.EqualTo(mixture));
            Assert.That(read.GetHashCode(), Is.EqualTo(mixture.GetHashCode()));
        }

        static void Check(string json, MixtureComponent component)
        {
            Assert.That(new GaussianMixture([component]).ToJson(), Is.EqualTo(json));
            Assert.That(GaussianMixture.FromJson(json).Components[0], Is.EqualTo(component));
        }
    }

    [TestCase("""{"Weight":1,"Mean":[0,1],"Sigma":1,"Covariance":[[1,0],[0,1]]}""", "no other members")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Left":1,"Sigma":1}""", "no other members")]
    [TestCase("""{"Weight":1,"Mean":[0,1]}""", "no fewer")]
    [TestCase("""{"Weight":1,"Left":0,"Right":1,"Sigma":null}""", "no fewer")]
    [TestCase("""{"Weight":1,"Mean":[],"Sigma":1}""", "at least one")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Covariance":[[1,0],[0]]}""", "Row 1 of the Covariance of a component has 1 numbers")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Covariance":[[1,0],null]}""", "Row 1")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Covariance":[[1,0]]}""", "has 2 numbers; accepted is [2, 2]")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Covariance":[[1,2],[2,1]]}""", "positive definite. ($.Components[1])")]
    [TestCase("""{"Weight":1,"Mean":[0,1],"Sigma":1,"Colour":1}""", "'Colour'")]
    public void Broken_json_is_refused(string component, string message) => Assert.That(
        () => GaussianMixture.FromJson($$"""{"Components":[{"Weight":1,"Mean":[0,1],"Sigma":1},{{component}}]}"""),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));

    [Test]
    [Category("Statistics")]
    public void Samples_have_the_weights_means_and_covariances()
    {
        const int Count = 200_000;
        var mixture = Textbook.Mixtures[2];
        var (x0, labels) = mixture.Sample<double>(Count, Random.For(Purpose.Data).At(0));
        Assert.That(x0.Shape, Is.EqualTo(new Shape(Count, 3)));
        for (int label = 0; label < mixture.LabelCount; label++)
        {
            var component = mixture.Components[label];
            double[][] mine = [.. Enumerable.Range(0, Count).Where(i => labels[i] == label).Select(i => x0.Span.Slice(3 * i, 3).ToArray().Zip(component.Mean.ToArray(), (x, m) => x - m).ToArray())];
            double n = mine.Length;
            var sigma = component.Covariance.Span;
            Assert.That(n / Count, Is.EqualTo(component.Weight).Within(4 * Math.Sqrt(component.Weight * (1 - component.Weight) / Count)));
            for (int i = 0; i < 3; i++)
            {
                // Four standard errors: of a mean, and of a product of two normal numbers, var = S_ii S_jj + S_ij².
                Assert.That(mine.Average(z => z[i]), Is.Zero.Within(4 * Math.Sqrt(sigma[i * 4] / n)));
                for (int j = 0; j < 3; j++)
                {
                    double within = 4 * Math.Sqrt(((sigma[i * 4] * sigma[j * 4]) + (sigma[(i * 3) + j] * sigma[(i * 3) + j])) / n);
                    Assert.That(mine.Average(z => z[i] * z[j]), Is.EqualTo(sigma[(i * 3) + j]).Within(within));
                }
            }
        }
    }

    [Test]
    public void Sample_i_does_not_depend_on_how_the_batch_is_cut()
    {
        var stream = Random.For(Purpose.Data).At(7);
        foreach (var mixture in Textbook.Mixtures)
        {
            var (whole, labels) = mixture.Sample<float>(9000, stream);
            foreach (var (from, to) in new[] { (0, 1), (1, 4097), (4097, 9000), (3000, 3200) })
            {
                var (part, partLabels) = mixture.Sample<float>(to - from, stream, from);
                Assert.That(part.Span.SequenceEqual(whole.Rows(from, to).Span));
                Assert.That(partLabels, Is.EqualTo(labels[from..to]));
            }
        }
    }

    // What the study has been trained on: the first pair of normal numbers is left out, the second displaces.
    [Test]
    public void Pairs_are_displaced_by_the_second_pair_of_normal_numbers_however_they_are_written()
    {
        var stream = Random.For(Purpose.Data).At(1);
        var (x0, labels) = GaussianMixture.TwoPixel.Sample<double>(100, stream);
        double[] normal = new double[400];
        stream.Normal<double>(normal, 4);
        for (int i = 0; i < 100; i++)
        {
            var component = GaussianMixture.TwoPixel.Components[labels[i]];
            Assert.That(x0.Span[2 * i], Is.EqualTo(component.Left + (component.Sigma * normal[(4 * i) + 2])));
            Assert.That(x0.Span[(2 * i) + 1], Is.EqualTo(component.Right + (component.Sigma * normal[(4 * i) + 3])));
        }

        var matrices = new GaussianMixture([.. GaussianMixture.TwoPixel.Components.Select(c => new MixtureComponent(c.Weight, c.Mean.Span, c.Covariance.Span))]);
        var again = matrices.Sample<double>(100, stream);
        Assert.That(again.X0.Shape, Is.EqualTo(x0.Shape));
        Assert.That(again.X0.Span.ToArray(), Is.EqualTo(x0.Span.ToArray()).Within(1e-15));
        Assert.That(again.Labels, Is.EqualTo(labels));
    }

    [Test]
    public void Points_are_drawn_into_any_shape_that_holds_them()
    {
        var mixture = Textbook.Mixtures[2];
        var stream = Random.For(Purpose.Data).At(2);
        var expected = mixture.Sample<double>(4, stream).X0;
        var line = Tensor<double>.Zeros([4, 3, 1]);
        mixture.Sample(stream, line, new int[4]);
        Assert.That(line.Span.SequenceEqual(expected.Span));
        foreach (var shape in new Shape[] { [4, 2, 1], [3, 4], [12], [] })
            Assert.That(() => mixture.Sample(stream, Tensor<double>.Zeros(shape), new int[4]), Throws.ArgumentException.With.Message.Contains("4 points of 3 numbers"), shape.ToString());
        Assert.That(mixture.Sample(0, Random.At(1)).X0.Shape, Is.EqualTo(new Shape(0, 3)));
    }
}

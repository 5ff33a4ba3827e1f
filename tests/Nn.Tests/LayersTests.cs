using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class LayersTests
{
    [Test]
    public void Linear_is_x_times_weight_plus_bias_over_the_last_dimension()
    {
        var layer = new Linear<double>(2, 3, Layers.Weights());
        layer.Weight.Value.CopyFrom(Tensor<double>.From([2, 3], 1, 2, 3, 4, 5, 6));
        layer.Bias!.Value.CopyFrom(Tensor<double>.From([3], 10, 20, 30));
        var y = layer.Forward(Tensor<double>.From([1, 2, 2], 1, 1, 0, 2));
        Assert.That(y.Shape, Is.EqualTo(new Shape(1, 2, 3)));
        Assert.That(y.Value.Span.ToArray(), Is.EqualTo([15.0, 27, 39, 18, 30, 42]));
        Assert.That(new Linear<double>(2, 3, Layers.Weights(), bias: false).Bias, Is.Null);
    }

    // PyTorch's bounds: 1/√in, 1/√(Cin/groups·K), and for transposed convolutions 1/√(Cout/groups·K).
    [Test]
    public void First_values_fill_the_bounds_of_PyTorch()
    {
        var weights = Layers.Weights();
        var linear = new Linear<float>(64, 256, weights);
        var conv = new Conv1d<float>(32, 64, 3, weights, groups: 2);
        var transposed = new ConvTranspose1d<float>(64, 32, 4, weights, groups: 2);
        var conv2d = new Conv2d<float>(32, 64, (3, 1), weights, groups: 2);
        var transposed2d = new ConvTranspose2d<float>(64, 32, (2, 3), weights, groups: 2);
        Assert.Multiple(() =>
        {
            Fills(linear.Weight, 1 / Math.Sqrt(64));
            Fills(linear.Bias!, 1 / Math.Sqrt(64));
            Fills(conv.Weight, 1 / Math.Sqrt(16 * 3));
            Fills(conv.Bias!, 1 / Math.Sqrt(16 * 3));
            Fills(transposed.Weight, 1 / Math.Sqrt(16 * 4));
            Fills(transposed.Bias!, 1 / Math.Sqrt(16 * 4));
            Fills(conv2d.Weight, 1 / Math.Sqrt(16 * 3));
            Fills(conv2d.Bias!, 1 / Math.Sqrt(16 * 3));
            Fills(transposed2d.Weight, 1 / Math.Sqrt(16 * 6));
            Fills(transposed2d.Bias!, 1 / Math.Sqrt(16 * 6));
        });

        var attention = new MultiheadAttention<float>(64, 4, weights);
        Fills(attention.InWeight, Math.Sqrt(6.0 / (64 + (3 * 64))));
        Fills(attention.Out.Weight, 1 / Math.Sqrt(64));
        Assert.That(attention.InBias.Value.Span.ToArray().Concat(attention.Out.Bias!.Value.Span.ToArray()), Is.All.Zero);
        var layerNorm = new LayerNorm<float>(4);
        Assert.That(layerNorm.Weight.Value.Span.ToArray(), Is.All.EqualTo(1));
        Assert.That(layerNorm.Bias.Value.Span.ToArray(), Is.All.Zero);
        var norm = new GroupNorm<float>(2, 4);
        Assert.That(norm.Weight.Value.Span.ToArray(), Is.All.EqualTo(1));
        Assert.That(norm.Bias.Value.Span.ToArray(), Is.All.Zero);
        float[] embedding = new Embedding<float>(100, 100, weights).Weight.Value.Span.ToArray();
        Assert.That(embedding.Average(), Is.EqualTo(0).Within(5 / 100.0), "five standard deviations of a mean of 10,000");
        Assert.That(embedding.Average(x => x * x), Is.EqualTo(1).Within(5 * Math.Sqrt(2) / 100));
    }

    [Test]
    public void First_values_depend_on_the_seed_and_the_order_alone()
    {
        float[] First(ulong seed, int others)
        {
            var weights = Layers.Weights(seed);
            var first = new Linear<float>(4, 4, weights);
            for (int i = 0; i < others; i++)
                _ = new Linear<float>(5, 5, weights);
            return first.Weight.Value.Span.ToArray();
        }

        Assert.That(First(1, 3), Is.EqualTo(First(1, 0)));
        Assert.That(First(2, 0), Is.Not.EqualTo(First(1, 0)));
    }

    [Test]
    public void Layers_refuse_what_they_cannot_be()
    {
        var weights = Layers.Weights();
        Assert.Multiple(() =>
        {
            Assert.That(() => new Linear<float>(0, 3, weights), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new Conv1d<float>(4, 6, 3, weights, groups: 4), Throws.ArgumentException.With.Message.Contains("4 input and 6 output channels cannot be split into 4 groups"));
            Assert.That(() => new ConvTranspose1d<float>(6, 4, 3, weights, groups: 4), Throws.ArgumentException);
            Assert.That(() => new Conv2d<float>(4, 6, 3, weights, groups: 4), Throws.ArgumentException.With.Message.Contains("4 input and 6 output channels cannot be split into 4 groups"));
            Assert.That(() => new ConvTranspose2d<float>(6, 4, 3, weights, groups: 4), Throws.ArgumentException);
            Assert.That(() => new GroupNorm<float>(3, 8), Throws.ArgumentException.With.Message.Contains("8 channels cannot be split into 3 groups"));
            Assert.That(() => new LayerNorm<float>(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new MultiheadAttention<float>(8, 3, weights), Throws.ArgumentException.With.Message.Contains("8 channels cannot be split into 3 heads"));
            Assert.That(() => new Dropout<float>(1, weights), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("less than 1"));
            Assert.That(() => new GaussianFourierFeatures<float>(3, weights), Throws.ArgumentException.With.Message.Contains("3 of them cannot be made"));
        });
    }

    // An image of 4 x 4 that counts from 0, in one channel.
    [Test]
    public void Pooling_and_upsampling_change_the_size_of_images()
    {
        var image = Tensor<double>.From([1, 4, 4, 1], [.. Enumerable.Range(0, 16).Select(i => (double)i)]);
        var max = new MaxPool2d<double>(2).Forward(image).Value;
        Assert.That(max.Shape, Is.EqualTo(new Shape(1, 2, 2, 1)));
        Assert.That(max.Span.ToArray(), Is.EqualTo([5.0, 7, 13, 15]));
        Assert.That(new MaxPool2d<double>(3, 2, 1).Forward(image).Value.Span.ToArray(), Is.EqualTo([5.0, 7, 13, 15]));
        Assert.That(new AvgPool2d<double>(2).Forward(image).Value.Span.ToArray(), Is.EqualTo([2.5, 4.5, 10.5, 12.5]));
        Assert.That(new AvgPool2d<double>(3, 3, 1).Forward(image).Value[0, 0, 0, 0], Is.EqualTo(10.0 / 9).Within(1e-15), "0 + 1 + 4 + 5 over all nine taps");
        Assert.That(new AvgPool2d<double>(3, 3, 1, countPadding: false).Forward(image).Value[0, 0, 0, 0], Is.EqualTo(2.5), "over the four in the image");
        Assert.That(new Upsample<double>((2, 1)).Forward(max).Value.Span.ToArray(), Is.EqualTo([5.0, 7, 5, 7, 13, 15, 13, 15]));
    }

    [Test]
    public void Layer_norm_gives_each_row_mean_0_and_variance_1_then_scale_and_shift()
    {
        var layer = new LayerNorm<double>(3, epsilon: 0);
        layer.Weight.Value.CopyFrom(Tensor<double>.From([3], 1, 2, 1));
        layer.Bias.Value.CopyFrom(Tensor<double>.From([3], 0, 0, 5));
        double[] y = layer.Forward(Tensor<double>.From([1, 3], 1, 2, 6)).Value.Span.ToArray();

        // Mean 3, variance (4 + 1 + 9) / 3.
        double deviation = Math.Sqrt(14.0 / 3);
        Assert.That(y, Is.EqualTo([-2 / deviation, -2 / deviation, 5 + (3 / deviation)]).Within(1e-14));
    }

    [Test]
    public void Multihead_attention_is_the_operation_between_two_linear_maps_under_the_names_of_PyTorch()
    {
        var layer = new MultiheadAttention<double>(6, 2, Layers.Weights());
        Variable<double> x = Layers.Numbers([2, 5, 6], 1);
        var expected = x.Linear(layer.InWeight, layer.InBias).SelfAttention(2).Linear(layer.Out.Weight, layer.Out.Bias);
        Assert.That(layer.Forward(x).Value.Span.ToArray(), Is.EqualTo(expected.Value.Span.ToArray()));
        var state = Serialization.StateDict.Of(layer);
        Assert.That(state.Keys, Is.EquivalentTo(["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"]));
        Assert.That(state["in_proj_weight"].Shape, Is.EqualTo(new Shape(18, 6)));
    }

    [Test]
    public void Embedding_looks_rows_up_and_its_gradient_adds_up()
    {
        var layer = new Embedding<double>(4, 2, Layers.Weights());
        using var tape = Tape<double>.Start();
        var y = layer.Forward(tape, [2, 0, 2]);
        Assert.That(y.Value.Rows(0, 1).Span.ToArray(), Is.EqualTo(layer.Weight.Value.Rows(2, 3).Span.ToArray()));
        tape.Backward(y.Sum());
        Assert.That(layer.Weight.Gradient!.Span.ToArray(), Is.EqualTo([1.0, 1, 0, 0, 2, 2, 0, 0]));
    }

    [Test]
    public void Fourier_features_are_sines_and_cosines_of_fixed_frequencies()
    {
        var layer = new GaussianFourierFeatures<double>(6, Layers.Weights(), scale: 2);
        var features = Tensor<double>.Zeros([2, 6]);
        layer.Features([0, 0.37], features);
        Assert.That(features.Rows(0, 1).Span.ToArray(), Is.EqualTo([0.0, 0, 0, 1, 1, 1]));
        for (int i = 0; i < 3; i++)
        {
            double angle = 2 * Math.PI * layer.Frequencies[i] * 0.37;
            Assert.That(features[1, i], Is.EqualTo(Math.Sin(angle)).Within(1e-15));
            Assert.That(features[1, 3 + i], Is.EqualTo(Math.Cos(angle)).Within(1e-15));
        }

        using var tape = Tape<double>.Start();
        foreach (var shape in (Shape[])[[2], [2, 1]])
            Assert.That(layer.Forward(tape.Variable(Tensor<double>.From(shape, [0, 0.37]))).Value.Span.ToArray(), Is.EqualTo(features.Span.ToArray()).Within(1e-14), $"{shape}");
        Assert.That(() => layer.Forward(tape.Variable(Tensor<double>.Zeros([1, 2]))), Throws.ArgumentException.With.Message.Contains("[R, 1], not [1, 2]"));

        Assert.Multiple(() =>
        {
            Assert.That(layer.Parameters, Is.Empty, "not learned");
            Assert.That(layer.NamedBuffers.Single().Name, Is.EqualTo("frequencies"), "but saved");
            Assert.That(() => layer.Features([0.5], features), Throws.ArgumentException.With.Message.Contains("[1, 6], not [2, 6]"));
        });

        double[] many = new GaussianFourierFeatures<double>(20_000, Layers.Weights(), scale: 3).Frequencies.Span.ToArray();
        Assert.That(many.Average(f => f * f), Is.EqualTo(9).Within(9 * 5 * Math.Sqrt(2.0 / 10_000)));
    }

    [Test]
    public void Sequential_names_its_layers_by_number_and_chains_them()
    {
        var weights = Layers.Weights();
        var inner = new Sequential<double>(new Linear<double>(3, 3, weights, bias: false), new Tanh<double>());
        var model = new Sequential<double>(new Linear<double>(2, 3, weights), new SiLU<double>(), inner, new ReLU<double>());
        Variable<double> x = Layers.Numbers([4, 2], 1);
        Assert.Multiple(() =>
        {
            Assert.That(model.NamedParameters.Select(named => named.Name), Is.EqualTo(["0.weight", "0.bias", "2.0.weight"]));
            Assert.That(model.ParameterCount, Is.EqualTo(6 + 3 + 9));
            Assert.That(model.Children.Select(child => child.Name), Is.EqualTo(["0", "1", "2", "3"]));
            var first = (Linear<double>)model.Children[0].Module;
            double[] expected = inner.Forward(first.Forward(x).Silu()).Relu().Value.Span.ToArray();
            Assert.That(model.Forward(x).Value.Span.ToArray(), Is.EqualTo(expected));
        });
        model.Train(false);
        Assert.That(inner.Children[1].Module.IsTraining, Is.False);
        model.Train();
        Assert.That(inner.IsTraining, Is.True);
    }

    [Test]
    public void Names_are_checked()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new Named("a.b"), Throws.ArgumentException.With.Message.Contains("'a.b'"));
            Assert.That(() => new Named(""), Throws.ArgumentException);
            Assert.That(() => new Named("same", "same"), Throws.ArgumentException.With.Message.Contains("already"));
            Assert.That(() => new Named("one", "two"), Throws.Nothing);
        });
    }

    [Test]
    public void Small_layers_compute_what_their_names_say()
    {
        Variable<double> x = Tensor<double>.From([2, 1, 2], -2, -0.5, 0, 3);
        double[] Of(Layer<double> layer) => layer.Forward(x).Value.Span.ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(new Identity<double>().Forward(x), Is.SameAs(x));
            Assert.That(new Flatten<double>().Forward(x).Shape, Is.EqualTo(new Shape(2, 2)));
            Assert.That(new Flatten<double>().Forward(Tensor<double>.Zeros([0, 3, 2])).Shape, Is.EqualTo(new Shape(0, 6)));
            Assert.That(() => new Flatten<double>().Forward(Tensor<double>.Scalar(1)), Throws.ArgumentException);
            Assert.That(Of(new LeakyReLU<double>(0.1)), Is.EqualTo([-0.2, -0.05, 0, 3]).Within(1e-15));
            Assert.That(Of(new ELU<double>(2)), Is.EqualTo([2 * (Math.Exp(-2) - 1), 2 * (Math.Exp(-0.5) - 1), 0, 3]).Within(1e-15));
            Assert.That(new ELU<double>(2).To<float>().ToString(), Is.EqualTo("ELU(alpha: 2)"));
            Assert.That(Of(new ELU<double>())[0], Is.EqualTo(Math.Exp(-2) - 1).Within(1e-15));
            Assert.That(Of(new Softplus<double>()), Is.EqualTo(x.Value.Span.ToArray().Select(value => Math.Log(1 + Math.Exp(value)))).Within(1e-14));
            Assert.That(Of(new Sigmoid<double>()), Is.EqualTo([1 / (1 + Math.Exp(2)), 1 / (1 + Math.Exp(0.5)), 0.5, 1 / (1 + Math.Exp(-3))]).Within(1e-15));
            Assert.That(Of(new GELU<double>())[3], Is.EqualTo(3 * 0.9986501019683699).Within(1e-14), "Φ(3) of tables");
        });
        foreach (Layer<double> layer in (Layer<double>[])[new LeakyReLU<double>(0.1), new ELU<double>(2), new Softplus<double>()])
            Assert.That(GradientCheck.Run(v => layer.Forward(v[0]), [Tensor<double>.From([3], -2, 0.5, 3)]).Passed, layer.ToString());
    }

    private static void Fills(Parameter<float> parameter, double bound)
    {
        float[] values = parameter.Value.Span.ToArray();
        Assert.That(values.Max(Math.Abs), Is.LessThanOrEqualTo(bound * (1 + 1e-6)), "bound");
        Assert.That(values.Max(), Is.GreaterThan(0.8 * bound), "upper end");
        Assert.That(values.Min(), Is.LessThan(-0.8 * bound), "lower end");
    }

    private sealed class Named : Module<float>
    {
        public Named(params string[] names)
        {
            foreach (string name in names)
                _ = Register(name, new Parameter<float>(Tensor<float>.Scalar(1)));
        }
    }
}

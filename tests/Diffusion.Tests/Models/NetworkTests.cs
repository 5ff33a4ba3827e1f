using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

/// <summary>What both networks must do: right gradients as a whole, the same answer however conditioning is given, the same bits for any number of threads.</summary>
public sealed class NetworkTests
{
    private static readonly RandomSource Random = new(7);

    [Test]
    public void Parameters_of_the_networks_are_counted()
    {
        Assert.That(new TwoPixelUNet<float>(new() { Timesteps = 50 }, Random).ParameterCount, Is.EqualTo(117_122));
        Assert.That(new MnistUNet<float>(new() { Timesteps = 400 }, Random).ParameterCount, Is.EqualTo(3_333_441));
    }

    // ⟨gradient, v⟩ over all weights against a central difference of the loss along v, in double.
    [Test]
    public void The_gradient_of_all_weights_of_the_two_pixel_network_is_right() => CheckGradient(TwoPixel<double>(), [5, 2, 1]);

    [Test]
    public void The_gradient_of_all_weights_of_the_mnist_network_is_right() => CheckGradient(Mnist<double>(), [2, 28, 28, 1]);

    [Test]
    public void The_gradient_of_all_weights_of_the_network_of_points_is_right() => CheckGradient(Points<double>(), [5, 3]);

    [Test]
    public void One_time_and_label_for_all_is_the_same_as_one_for_each_in_the_network_of_points() => CompareSharing(Points<double>(), [5, 3]);

    [Test]
    public void One_time_and_label_for_all_is_the_same_as_one_for_each_in_the_two_pixel_network() => CompareSharing(TwoPixel<double>(), [5, 2, 1]);

    [Test]
    public void One_time_and_label_for_all_is_the_same_as_one_for_each_in_the_mnist_network() => CompareSharing(Mnist<double>(), [2, 28, 28, 1]);

    [Test]
    public void A_training_step_of_the_mnist_network_gives_the_same_bits_for_any_number_of_threads()
    {
        int before = Workers.ThreadCount;
        try
        {
            float[] Gradients(int threads)
            {
                Workers.ThreadCount = threads;
                var network = Mnist<float>();
                using var tape = Tape<float>.Start();
                tape.Backward(LossOf(network, tape, Inputs<float>([3, 28, 28, 1], 0), Inputs<float>([3, 28, 28, 1], 1)));
                return [.. network.Parameters.SelectMany(parameter => parameter.Gradient!.Span.ToArray())];
            }

            float[] one = Gradients(1);
            Assert.That(Gradients(2), Is.EqualTo(one));
            Assert.That(Gradients(3), Is.EqualTo(one));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    [Test]
    public void Other_shapes_labels_and_times_are_refused()
    {
        var network = Mnist<float>();
        var image = Inputs<float>([1, 28, 28, 1], 0);
        var noise = Tensor<float>.Zeros(image.Shape);
        Assert.That(() => network.Evaluate(Inputs<float>([1, 27, 28, 1], 0), [1], default, Tensor<float>.Zeros([1, 27, 28, 1])), Throws.ArgumentException.With.Message.Contains("[1, 27, 28, 1]"));
        Assert.That(() => network.Evaluate(image, [1], 3, noise), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("label 3"));
        Assert.That(() => network.Evaluate(image, [401], default, noise), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("401"));
        Assert.That(() => new MnistUNetConfiguration { Timesteps = 400, Widths = [32, 64] }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("[32, 64]"));
    }

    [Test]
    public void The_network_of_points_refuses_what_it_does_not_take()
    {
        var plain = new MlpDenoiser<float>(new() { Dimensions = 3, Width = 8, Timesteps = 400 }, Random);
        var vectors = new MlpDenoiser<float>(new() { Dimensions = 3, Width = 8, Timesteps = 400, ConditionFeatures = 2 }, Random);
        void Evaluate(MlpDenoiser<float> network, Shape shape, Condition<float> condition, double t = 1) =>
            network.Evaluate(Tensor<float>.Zeros(shape), [t], condition, Tensor<float>.Zeros(shape));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Evaluate(plain, [2, 4], default), Throws.ArgumentException.With.Message.Contains("points of 3 numbers, [N, 3], not [2, 4]"));
            Assert.That(() => Evaluate(plain, [2, 3], 0), Throws.ArgumentException.With.Message.Contains("knows no classes"));
            Assert.That(() => Evaluate(plain, [2, 3], Tensor<float>.Zeros([2, 2])), Throws.ArgumentException.With.Message.Contains("takes no vectors"));
            Assert.That(() => Evaluate(vectors, [2, 3], Tensor<float>.Zeros([2, 5])), Throws.ArgumentException.With.Message.Contains("vectors of 2 numbers").And.Message.Contains("[2, 5]"));
            Assert.That(() => Evaluate(plain, [2, 3], default, 401), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("401"));
            Assert.That(() => Evaluate(plain, [2, 3], -1), Throws.Nothing, "-1 means none");
            Assert.That(() => new MlpConfiguration { Dimensions = 3, Timesteps = 5, Width = 7 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Width is 7; accepted are even numbers"));
            Assert.That(() => new MlpConfiguration { Dimensions = 0, Timesteps = 5 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Dimensions is 0"));
            Assert.That((plain.Classes, plain.Timesteps, vectors.ParameterCount), Is.EqualTo((0, 400, (8 * 9) + (8 * 3) + 8 + (4 * 8) + (3 * 8 * 9) + (9 * 3))));
        }
    }

    private static MlpDenoiser<T> Points<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new() { Dimensions = 3, Width = 12, Layers = 2, Timesteps = 400, Classes = 3 }, Random);

    private static TwoPixelUNet<T> TwoPixel<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new() { Timesteps = 400, Channels1 = 16, Channels2 = 128, Embedding = 16, Classes = 3 }, Random);

    private static MnistUNet<T> Mnist<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => new(new() { Timesteps = 400, Widths = [8, 16, 16, 8], Embedding = 16, Classes = 3, Heads = 2 }, Random);

    private static Tensor<T> Inputs<T>(Shape shape, long step)
        where T : unmanaged, IFloatingPointIeee754<T> => Random.For(Purpose.Noise).At(step).Normal<T>(shape);

    private static Variable<T> LossOf<T>(DenoisingNetwork<T> network, Tape<T> tape, Tensor<T> x, Tensor<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[0];
        int[] t = [.. Enumerable.Range(0, n).Select(i => 1 + (150 * (i / 2)))], labels = [.. Enumerable.Range(0, n).Select(i => (i % 4) - 1)];
        return Loss.MeanSquared(network.Forward(tape, x, t, labels), target);
    }

    private static void CheckGradient(DenoisingNetwork<double> network, Shape shape)
    {
        Tensor<double> x = Inputs<double>(shape, 0), target = Inputs<double>(shape, 1);
        var parameters = network.Parameters.ToList();
        var directions = parameters.Select((parameter, i) => Inputs<double>(parameter.Shape, 10 + i)).ToList();
        double analytic = 0;
        using (var tape = Tape<double>.Start())
        {
            tape.Backward(LossOf(network, tape, x, target));
            for (int i = 0; i < parameters.Count; i++)
            {
                for (int j = 0; j < directions[i].Length; j++)
                    analytic += parameters[i].Gradient!.Span[j] * directions[i].Span[j];
            }
        }

        double At(double step)
        {
            for (int i = 0; i < parameters.Count; i++)
            {
                for (int j = 0; j < directions[i].Length; j++)
                    parameters[i].Value.Span[j] += step * directions[i].Span[j];
            }

            using var tape = Tape<double>.StartInference();
            return LossOf(network, tape, x, target).Value.ToScalar();
        }

        // From x to x + h, then to x - h.
        const double Step = 1e-6;
        double numeric = (At(Step) - At(-2 * Step)) / (2 * Step);
        Assert.That(analytic, Is.EqualTo(numeric).Within(1e-6 * Math.Abs(numeric) + 1e-8));
    }

    private static void CompareSharing(DenoisingNetwork<double> network, Shape shape)
    {
        var x = Inputs<double>(shape, 0);
        Tensor<double> shared = Tensor<double>.Zeros(shape), each = Tensor<double>.Zeros(shape);
        int n = shape[0];
        network.Evaluate(x, [17.5], 1, shared);
        network.Evaluate(x, [.. Enumerable.Repeat(17.5, n)], Enumerable.Repeat(1, n).ToArray(), each);
        Assert.That(each.Span.ToArray(), Is.EqualTo(shared.Span.ToArray()).Within(1e-12));
        network.Evaluate(x, [17.5], default, shared);
        network.Evaluate(x, [.. Enumerable.Repeat(17.5, n)], Enumerable.Repeat(-1, n).ToArray(), each);
        Assert.That(each.Span.ToArray(), Is.EqualTo(shared.Span.ToArray()).Within(1e-12));
    }
}

using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>Gradients of UNets of every condition in double, parameter by parameter, and their bytes for any number of threads.</summary>
public sealed class UNetGradientTests
{
    private static readonly int[] Labels = [2, -1, 0, 2];
    private static readonly bool[] Dropped = [false, true, false, false];

    private static IEnumerable<TestCaseData> Networks => TestUNets.Asked<double>().Select(asked => new TestCaseData(asked.Network, asked.Data, asked.Values).SetArgDisplayNames(asked.Name));

    // ⟨gradient, v⟩ of each parameter, and of the data, against a central difference along v of about unit length.
    [TestCaseSource(nameof(Networks))]
    public void The_gradient_of_each_parameter_and_of_the_data_is_right(DenoisingNetwork<double> network, Shape data, Shape? values)
    {
        var x = TestUNets.Numbers<double>(data, 0);
        var target = TestUNets.Numbers<double>(data, 1);
        var condition = Condition(network, values);
        var checkedValues = network.NamedParameters.Select(named => (named.Name, named.Parameter.Value)).Append((Name: "data", Value: x)).ToList();
        double[] analytic;
        using (var tape = Tape<double>.Start())
        {
            var input = tape.Watch(x);
            tape.Backward(LossOf(tape));
            analytic = [.. network.Parameters.Select(parameter => parameter.Gradient!).Append(input.Gradient!).Select((gradient, i) => Dot(gradient, Direction(i)))];
        }

        const double Step = 1e-5;
        for (int i = 0; i < checkedValues.Count; i++)
        {
            double numeric = (At(i, Step) - At(i, -Step)) / (2 * Step);
            Assert.That(analytic[i], Is.EqualTo(numeric).Within((1e-6 * Math.Abs(numeric)) + 1e-9), checkedValues[i].Name);
        }

        Assert.That(analytic.Count(each => Math.Abs(each) > 1e-6), Is.GreaterThan(0.9 * analytic.Length), "most parameters matter");

        Variable<double> LossOf(Tape<double> tape) => Loss.MeanSquared(network.Forward(tape, x, [3, 71.5, 3, 99], condition), target);

        Tensor<double> Direction(int i) => TestUNets.Numbers<double>(checkedValues[i].Value.Shape, 10 + i) / Math.Sqrt(checkedValues[i].Value.Length);

        double At(int i, double step)
        {
            var (value, kept) = (checkedValues[i].Value, checkedValues[i].Value.Clone());
            value.CopyFrom(value + (step * Direction(i)));
            using var tape = Tape<double>.StartInference();
            double loss = LossOf(tape).Value.ToScalar();
            value.CopyFrom(kept);
            return loss;
        }
    }

    [TestCaseSource(nameof(Networks))]
    public void A_recorded_pass_gives_the_bytes_of_one_without_a_record(DenoisingNetwork<double> network, Shape data, Shape? values)
    {
        var x = TestUNets.Numbers<double>(data, 0);
        using var tape = Tape<double>.Start();
        double[] recorded = network.Forward(tape, x, [3, 71.5, 3, 99], Condition(network, values)).Value.Span.ToArray();
        Assert.That(network.Predict(x, [3, 71.5, 3, 99], Condition(network, values)), Is.EqualTo(recorded));
    }

    [Test]
    public void A_training_step_gives_the_same_bits_for_any_number_of_threads()
    {
        int before = Workers.ThreadCount;
        try
        {
            float[] Gradients(int threads)
            {
                Workers.ThreadCount = threads;
                var network = new UNet<float>(TestUNets.Images(33, 15, channels: 3, levels: 3, classes: 3, image: 1), TestUNets.Random);
                using var tape = Tape<float>.Start();
                var condition = new Condition<float>(Labels, TestUNets.Numbers<float>([4, 33, 15, 1], 2), Dropped);
                tape.Backward(Loss.MeanSquared(network.Forward(tape, TestUNets.Numbers<float>([4, 33, 15, 3], 0), [3, 71.5, 3, 99], condition), TestUNets.Numbers<float>([4, 33, 15, 3], 1)));
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

    private static Condition<double> Condition(DenoisingNetwork<double> network, Shape? values) =>
        new(network.Classes > 0 ? Labels : default(ReadOnlyMemory<int>), values is { } shape ? TestUNets.Numbers<double>(shape, 2) : null, values is null ? default : Dropped);

    private static double Dot(Tensor<double> a, Tensor<double> b) => (a * b).Sum();
}

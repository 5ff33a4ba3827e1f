using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Onnx;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Onnx.Tests;

/// <summary>Networks and operations of a user's own, and what is refused.</summary>
public sealed class OwnTests
{
    [Test]
    public void A_network_of_ones_own_exports()
    {
        var network = Drawn.Moved(new OwnNetwork());
        using var runtime = new Runtime(OnnxExport.Of(network, sample: [4], timesteps: 100));
        foreach (int batch in (int[])[1, 2, 7, 64])
        {
            var x = Drawn.Normal([batch, 4], (uint)batch);
            double[] t = Drawn.Times(batch, 100, (uint)batch);
            int[] labels = Drawn.Labels(batch, 3, (uint)batch);
            var ours = Tensor<float>.Uninitialized(x.Shape);
            network.Evaluate(x, t, labels, ours);
            Assert.That(Runtime.Difference(ours.Span, runtime.Run(("x_t", x), ("t", t), ("label", labels))[0]), Is.LessThan(1e-4), $"batch {batch}");
        }
    }

    [Test]
    public void An_operation_of_ones_own_exports_with_a_mapping()
    {
        var module = Drawn.Moved(new Linear<float>(3, 3, new WeightInitializer(new RandomSource(1))));
        OnnxFile Export() => OnnxExport.Of(module, [new OnnxData("x", [3])], (tape, probe) => [("y", Power.Of(module.Forward(tape.Variable(probe.Data("x"))), 3))]);

        Assert.That(Export, Throws.InstanceOf<ExportException>().With.Message.EqualTo("The operation WholePower has no mapping to ONNX; OnnxMappings.Register gives it one."));
        OnnxMappings.Register("WholePower", operation => operation.Pointwise(x => operation.Graph.Node("Pow", [x[0], operation.Graph.Number(operation.Whole("exponent"))])));
        using var runtime = new Runtime(Export());
        var x = Drawn.Normal([5, 3]);
        using var tape = Tape<float>.StartInference();
        var ours = Power.Of(module.Forward(tape.Variable(x)), 3).Value;
        Assert.That(Runtime.Difference(ours.Span, runtime.Run(("x", x))[0]), Is.LessThan(1e-5));
    }

    [Test]
    public void Numbers_that_no_trace_can_follow_are_refused() => Refused(
        (tape, probe, linear) => linear.Forward(tape.Variable(probe.Data("x").Map(MathF.Sin))), "The operation Linear reads numbers of shape [2, 3] that change with the inputs");

    [Test]
    public void Indices_that_no_trace_can_follow_are_refused() => Refused(
        (tape, probe, linear) => linear.Weight.Lookup(Array.ConvertAll(probe.Labels("label"), label => Math.Min(1, Math.Abs(label))), tape), "The list 'indices' of the operation Lookup changes");

    [Test]
    public void Other_operations_for_other_batches_are_refused() => Refused(
        (tape, probe, linear) => probe.Samples > 2 ? tape.Variable(probe.Data("x")).Relu() : tape.Variable(probe.Data("x")).Tanh(), "The forward pass does other operations for 2 samples");

    [Test]
    public void A_mean_over_the_batch_is_refused() => Refused(
        (tape, probe, linear) => tape.Variable(probe.Data("x")) - tape.Variable(probe.Data("x")).Mean(0), "The attribute factor of the operation Scale is 0.5 for 2 samples");

    [Test]
    public void A_module_in_training_is_refused()
    {
        var module = new Linear<float>(3, 3, new WeightInitializer(new RandomSource(1)));
        Assert.That(
            () => OnnxExport.Of(module, [new OnnxData("x", [3])], (tape, probe) => [("y", module.Forward(tape.Variable(probe.Data("x"))))]),
            Throws.InstanceOf<ExportException>().With.Message.Contains("call Train(false)"));
    }

    [Test]
    public void The_same_model_gives_the_same_bytes()
    {
        var network = Drawn.Moved(new OwnNetwork());
        byte[] Bytes() => OnnxExport.Of(network, sample: [4], timesteps: 100).ToBytes();
        byte[] first = Bytes();
        Assert.That(Bytes(), Is.EqualTo(first));
    }

    private static void Refused(Func<Tape<float>, OnnxProbe<float>, Linear<float>, Variable<float>> forward, string message)
    {
        var module = Drawn.Moved(new Linear<float>(3, 3, new WeightInitializer(new RandomSource(1))));
        Assert.That(
            () => OnnxExport.Of(module, [new OnnxData("x", [3]), new OnnxLabels("label", 3)], (tape, probe) => [("y", forward(tape, probe, module))]),
            Throws.InstanceOf<ExportException>().With.Message.StartsWith(message));
    }

    /// <summary>Points of four numbers, with ordinary operations: times by hand, a table of classes, a gate, and a frozen weight.</summary>
    private sealed class OwnNetwork : DenoisingNetwork<float>
    {
        private readonly Linear<float> _first, _time, _last;
        private readonly Embedding<float> _classes;

        public OwnNetwork()
        {
            var weights = new WeightInitializer(new RandomSource(2));
            _first = Register("first", new Linear<float>(4, 8, weights));
            _time = Register("time", new Linear<float>(2, 8, weights));
            _classes = Register("classes", new Embedding<float>(4, 8, weights));
            _last = Register("last", new Linear<float>(8, 4, weights));
            _last.Weight.RequiresGradient = false;
        }

        public override int Classes => 3;

        public override string Architecture => "own";

        public override string ConfigurationJson => "{}";

        public override Variable<float> Forward(Tape<float> tape, Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition)
        {
            int n = xt.Shape[0];
            int[] rows = new int[n];
            var times = Tensor<float>.Uninitialized([n, 1]);
            for (int i = 0; i < n; i++)
                (times.Span[i], rows[i]) = ((float)(t[t.Length == 1 ? 0 : i] / 100), condition.LabelOf(i) < 0 ? 3 : condition.LabelOf(i));
            var u = tape.Variable(times);
            var x = tape.Variable(xt);
            var h = _first.Forward(x) + _time.Forward(Operations.Concatenate([u, u.Square()])) + _classes.Forward(tape, rows);
            var gate = (x > 0f).Mean(1, keepDimensions: true);
            return _last.Forward(h.Gelu() * gate) + (x.Flip(1) * 0.5f);
        }
    }

    /// <summary>x^k of whole k.</summary>
    private sealed class Power(Variable<float> x, int exponent) : Operation<float>
    {
        public override IReadOnlyList<Variable<float>> Inputs => [x];

        public static Variable<float> Of(Variable<float> x, int exponent) => new Power(x, exponent).Record(x.Value.Map(value => MathF.Pow(value, exponent)));

        public override OperationDescription Describe() => new("WholePower", ("exponent", exponent));

        public override void Backward(Tensor<float> dOut, GradientSink<float> sink) => sink.Add(x, dOut * x.Value.Map(value => exponent * MathF.Pow(value, exponent - 1)));
    }
}

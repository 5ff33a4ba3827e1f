using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class StateDictTests
{
    [Test]
    public void Linear_has_the_layout_of_PyTorch()
    {
        var layer = new Linear<double>(2, 3, Layers.Weights());
        var state = StateDict.Of(layer);
        Assert.That(state.Keys, Is.EquivalentTo(["weight", "bias"]));
        Assert.That(state["weight"].Shape, Is.EqualTo(new Shape(3, 2)));
        for (int i = 0; i < 2; i++)
        {
            for (int o = 0; o < 3; o++)
                Assert.That(state["weight"][o, i], Is.EqualTo(layer.Weight.Value[i, o]));
        }
    }

    // PyTorch's definition in PyTorch's layouts: y[n, o, l] = b[o] + Σ W[o, c, k]·x[n, g·Cin/groups + c, l·stride + k·dilation - padding].
    [TestCase(1, 1, 0, 1)]
    [TestCase(2, 2, 1, 1)]
    [TestCase(2, 1, 2, 2)]
    public void Conv1d_computes_what_PyTorch_would_with_its_state(int groups, int stride, int padding, int dilation)
    {
        const int Batch = 2, Length = 7, In = 4, Out = 6, Kernel = 3;
        var layer = new Conv1d<double>(In, Out, Kernel, Layers.Weights(), stride, padding, dilation, groups);
        var state = StateDict.Of(layer);
        Assert.That(state["weight"].Shape, Is.EqualTo(new Shape(Out, In / groups, Kernel)));
        var x = Layers.Numbers([Batch, Length, In], 1);
        var y = layer.Forward(x).Value;
        for (int n = 0; n < Batch; n++)
        {
            for (int l = 0; l < y.Shape[1]; l++)
            {
                for (int o = 0; o < Out; o++)
                {
                    double sum = state["bias"][o];
                    for (int c = 0; c < In / groups; c++)
                    {
                        for (int k = 0; k < Kernel; k++)
                        {
                            int at = (l * stride) + (k * dilation) - padding;
                            if (at is >= 0 and < Length)
                                sum += state["weight"][o, c, k] * x[n, at, (o / (Out / groups) * (In / groups)) + c];
                        }
                    }

                    Assert.That(y[n, l, o], Is.EqualTo(sum).Within(1e-14));
                }
            }
        }
    }

    // y[n, g·Cout/groups + o, l·stride + k·dilation - padding] += W[c, o, k]·x[n, c, l].
    [TestCase(1, 2, 0, 0)]
    [TestCase(2, 2, 1, 1)]
    public void ConvTranspose1d_computes_what_PyTorch_would_with_its_state(int groups, int stride, int padding, int outputPadding)
    {
        const int Batch = 2, Length = 4, In = 6, Out = 4, Kernel = 3;
        var layer = new ConvTranspose1d<double>(In, Out, Kernel, Layers.Weights(), stride, padding, outputPadding, groups: groups);
        var state = StateDict.Of(layer);
        Assert.That(state["weight"].Shape, Is.EqualTo(new Shape(In, Out / groups, Kernel)));
        var x = Layers.Numbers([Batch, Length, In], 1);
        var y = layer.Forward(x).Value;
        var expected = Tensor<double>.Zeros(y.Shape);
        for (int n = 0; n < Batch; n++)
        {
            for (int l = 0; l < y.Shape[1]; l++)
            {
                for (int o = 0; o < Out; o++)
                    expected[n, l, o] = state["bias"][o];
            }

            for (int l = 0; l < Length; l++)
            {
                for (int c = 0; c < In; c++)
                {
                    for (int o = 0; o < Out / groups; o++)
                    {
                        for (int k = 0; k < Kernel; k++)
                        {
                            int at = (l * stride) + k - padding;
                            if (at >= 0 && at < y.Shape[1])
                                expected[n, at, (c / (In / groups) * (Out / groups)) + o] += state["weight"][c, o, k] * x[n, l, c];
                        }
                    }
                }
            }
        }

        Assert.That(y.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(1e-14));
    }

    // y[n, o, i, j] = b[o] + Σ W[o, c, kh, kw]·x[n, g·Cin/groups + c, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding].
    [TestCase(1, 1, 0, 1)]
    [TestCase(2, 2, 1, 1)]
    [TestCase(2, 1, 2, 2)]
    public void Conv2d_computes_what_PyTorch_would_with_its_state(int groups, int stride, int padding, int dilation)
    {
        const int Batch = 2, Height = 7, Width = 6, In = 4, Out = 6;
        var kernel = new Size2d(3, 2);
        var layer = new Conv2d<double>(In, Out, kernel, Layers.Weights(), stride, padding, dilation, groups);
        var state = StateDict.Of(layer);
        Assert.That(state["weight"].Shape, Is.EqualTo(new Shape(Out, In / groups, kernel.Height, kernel.Width)));
        var x = Layers.Numbers([Batch, Height, Width, In], 1);
        var y = layer.Forward(x).Value;
        foreach (var (n, i, j, o) in Positions(y.Shape))
        {
            double sum = state["bias"][o];
            foreach (var (c, kh, kw, _) in Positions([In / groups, kernel.Height, kernel.Width, 1]))
            {
                int h = (i * stride) + (kh * dilation) - padding, w = (j * stride) + (kw * dilation) - padding;
                if (h is >= 0 and < Height && w is >= 0 and < Width)
                    sum += state["weight"][o, c, kh, kw] * x[n, h, w, (o / (Out / groups) * (In / groups)) + c];
            }

            Assert.That(y[n, i, j, o], Is.EqualTo(sum).Within(1e-14));
        }
    }

    // y[n, g·Cout/groups + o, i·stride + kh - padding, j·stride + kw - padding] += W[c, o, kh, kw]·x[n, c, i, j].
    [TestCase(1, 2, 0, 0)]
    [TestCase(2, 2, 1, 1)]
    public void ConvTranspose2d_computes_what_PyTorch_would_with_its_state(int groups, int stride, int padding, int outputPadding)
    {
        const int Batch = 2, Height = 4, Width = 3, In = 6, Out = 4;
        var kernel = new Size2d(3, 4);
        var layer = new ConvTranspose2d<double>(In, Out, kernel, Layers.Weights(), stride, padding, outputPadding, groups: groups);
        var state = StateDict.Of(layer);
        Assert.That(state["weight"].Shape, Is.EqualTo(new Shape(In, Out / groups, kernel.Height, kernel.Width)));
        var x = Layers.Numbers([Batch, Height, Width, In], 1);
        var y = layer.Forward(x).Value;
        var expected = Tensor<double>.Zeros(y.Shape);
        foreach (var (n, i, j, o) in Positions(y.Shape))
            expected[n, i, j, o] = state["bias"][o];
        foreach (var (n, i, j, c) in Positions(x.Shape))
        {
            foreach (var (o, kh, kw, _) in Positions([Out / groups, kernel.Height, kernel.Width, 1]))
            {
                int h = (i * stride) + kh - padding, w = (j * stride) + kw - padding;
                if (h >= 0 && h < y.Shape[1] && w >= 0 && w < y.Shape[2])
                    expected[n, h, w, (c / (In / groups) * (Out / groups)) + o] += state["weight"][c, o, kh, kw] * x[n, i, j, c];
            }
        }

        Assert.That(y.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(1e-14));
    }

    [Test]
    public void A_state_goes_into_another_module_of_the_same_kind()
    {
        var (from, to) = (new Model(1), new Model(2));
        var state = StateDict.Of(from);
        Assert.That(state.Keys, Is.EquivalentTo(["conv.weight", "conv.bias", "up.weight", "up.bias", "norm.weight", "norm.bias", "net.0.weight", "net.0.bias", "labels.weight", "time.frequencies"]));
        StateDict.Load(to, state);
        foreach (var (name, tensor) in StateDict.Of(to))
            Assert.That(tensor.Span.ToArray(), Is.EqualTo(state[name].Span.ToArray()), name);
        foreach (var (a, b) in from.Parameters.Zip(to.Parameters))
            Assert.That(b.Value.Span.ToArray(), Is.EqualTo(a.Value.Span.ToArray()));
    }

    [Test]
    public void A_state_is_a_copy()
    {
        var model = new Model(1);
        var state = StateDict.Of(model);
        foreach (var tensor in state.Values)
            tensor.Span.Fill(77);
        Assert.That(StateDict.Of(model).Values.SelectMany(tensor => tensor.Span.ToArray()), Has.None.EqualTo(77));
    }

    [Test]
    public void What_does_not_fit_is_named_and_changes_nothing()
    {
        var model = new Model(1);
        double[] before = [.. model.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];
        void Refused(Action<Dictionary<string, Tensor<double>>> spoil, string message)
        {
            var state = StateDict.Of(new Model(2));
            spoil(state);
            Assert.That(() => StateDict.Load(model, state), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
            Assert.That(model.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.EqualTo(before), "the model");
        }

        Refused(state => state.Remove("norm.bias"), "'norm.bias' is missing");
        Refused(state => state["extra.weight"] = Tensor<double>.Scalar(1), "no tensor 'extra.weight'");
        Refused(state => state["up.weight"] = state["up.weight"].Reshape(-1), "'up.weight' has the shape [48], but the model needs [4, 6, 2]");
        Refused(state => state["net.0.weight"] = state["net.0.weight"].Reshape(3, 6), "'net.0.weight' has the shape [3, 6], but the model needs [6, 3]");
    }

    [Test]
    public void Layouts_go_there_and_back()
    {
        var weight = Layers.Numbers([2, 3, 4], 1);
        foreach (var layout in (WeightLayout[])[WeightLayout.Plain, WeightLayout.Conv1d, WeightLayout.ConvTranspose1d])
        {
            var there = WeightLayouts.ToPyTorch(weight, layout);
            Assert.That(there.Shape, Is.EqualTo(WeightLayouts.ToPyTorch(weight.Shape, layout)));
            Assert.That(WeightLayouts.FromPyTorch(there, layout).Span.ToArray(), Is.EqualTo(weight.Span.ToArray()), layout.ToString());
        }

        var square = Layers.Numbers([2, 3, 4, 5], 1);
        Assert.That(WeightLayouts.ToPyTorch(square.Shape, WeightLayout.Conv2d), Is.EqualTo(new Shape(5, 4, 2, 3)));
        Assert.That(WeightLayouts.ToPyTorch(square.Shape, WeightLayout.ConvTranspose2d), Is.EqualTo(new Shape(4, 5, 2, 3)));
        foreach (var layout in (WeightLayout[])[WeightLayout.Conv2d, WeightLayout.ConvTranspose2d])
            Assert.That(WeightLayouts.FromPyTorch(WeightLayouts.ToPyTorch(square, layout), layout).Span.ToArray(), Is.EqualTo(square.Span.ToArray()), layout.ToString());
    }

    private static IEnumerable<(int A, int B, int C, int D)> Positions(Shape shape) =>
        from a in Enumerable.Range(0, shape[0])
        from b in Enumerable.Range(0, shape[1])
        from c in Enumerable.Range(0, shape[2])
        from d in Enumerable.Range(0, shape[3])
        select (a, b, c, d);

    private sealed class Model : Module<double>
    {
        public Model(ulong seed)
        {
            var weights = Layers.Weights(seed);
            _ = Register("conv", new Conv1d<double>(3, 4, 3, weights));
            _ = Register("up", new ConvTranspose1d<double>(4, 6, 2, weights));
            _ = Register("norm", new GroupNorm<double>(2, 6));
            _ = Register("net", new Sequential<double>(new Linear<double>(3, 6, weights), new SiLU<double>()));
            _ = Register("labels", new Embedding<double>(3, 5, weights));
            _ = Register("time", new GaussianFourierFeatures<double>(8, weights));
        }
    }
}

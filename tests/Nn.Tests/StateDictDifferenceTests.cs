using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>States that fit in part, and states of modules with shared parameters.</summary>
public sealed class StateDictDifferenceTests
{
    [Test]
    public void What_fits_is_loaded_and_the_rest_is_reported()
    {
        Sequential<double> from = new(new Linear<double>(2, 3, Layers.Weights(1)), new LayerNorm<double>(3)), to = new(new Linear<double>(2, 3, Layers.Weights(2)), new SiLU<double>(), new Linear<double>(3, 1, Layers.Weights(2)));
        double[] kept = ((Linear<double>)to[2]).Weight.Value.Span.ToArray();
        var difference = StateDict.Load(to, StateDict.Of(from), strict: false);
        Assert.Multiple(() =>
        {
            Assert.That(difference.Missing, Is.EqualTo(["2.weight", "2.bias"]));
            Assert.That(difference.LeftOver, Is.EqualTo(["1.weight", "1.bias"]));
            Assert.That(((Linear<double>)to[0]).Weight.Value.Span.ToArray(), Is.EqualTo(((Linear<double>)from[0]).Weight.Value.Span.ToArray()));
            Assert.That(((Linear<double>)to[2]).Weight.Value.Span.ToArray(), Is.EqualTo(kept));
            Assert.That(() => StateDict.Load(to, StateDict.Of(from)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'2.weight' is missing"));
        });
        var other = StateDict.Of(from);
        other["0.weight"] = Tensor<double>.Zeros([2, 3]);
        Assert.That(() => StateDict.Load(to, other, strict: false), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'0.weight' has the shape [2, 3]"), "a shape is never guessed");
        var difference2 = StateDict.Load(from, StateDict.Of(from));
        Assert.That(difference2.Missing.Concat(difference2.LeftOver), Is.Empty);
    }

    [Test]
    public void A_shared_parameter_is_saved_under_all_names_and_loaded_from_any()
    {
        var layer = new Linear<double>(2, 2, Layers.Weights(1), bias: false);
        var tied = new Sequential<double>(layer, layer);
        Assert.That(tied.NamedParameters.Select(named => named.Name), Is.EqualTo(["0.weight"]));
        Assert.That(tied.AllNamedParameters.Select(named => named.Name), Is.EqualTo(["0.weight", "1.weight"]));
        var state = StateDict.Of(tied);
        Assert.That(state.Keys, Is.EqualTo(["0.weight", "1.weight"]));

        foreach (string name in state.Keys)
        {
            var other = new Linear<double>(2, 2, Layers.Weights(2), bias: false);
            var one = state.Where(pair => pair.Key == name).ToDictionary();
            Assert.That(StateDict.Load(new Sequential<double>(other, other), one).Missing, Is.Empty);
            Assert.That(other.Weight.Value.Span.ToArray(), Is.EqualTo(layer.Weight.Value.Span.ToArray()));
        }

        double[] before = layer.Weight.Value.Span.ToArray();
        state["1.weight"].Span[0]++;
        Assert.That(() => StateDict.Load(tied, state, strict: false), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'0.weight' and '1.weight' are one in the model, but differ"));
        Assert.That(layer.Weight.Value.Span.ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void A_state_goes_into_another_number_type()
    {
        var from = new Linear<float>(2, 3, Layers.Weights(1));
        var to = new Linear<double>(2, 3, Layers.Weights(2));
        _ = StateDict.Load(to, StateDict.Convert<float, double>(StateDict.Of(from)));
        Assert.That(to.Weight.Value.Span.ToArray(), Is.EqualTo(Array.ConvertAll(from.Weight.Value.Span.ToArray(), value => (double)value)));
    }
}

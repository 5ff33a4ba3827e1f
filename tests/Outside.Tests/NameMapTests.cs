using Diffusion.Nn;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Weights that were saved under other names: a map says which are ours.</summary>
public sealed class NameMapTests
{
    private static readonly Tensor<float> One = Tensor<float>.Ones([1]);

    [TestCase("net.0.weight", "first.weight")]
    [TestCase("net.1.weight", "second.weight")]
    [TestCase("net.1.bias", "bias of the second")]
    [TestCase("other.weight", "other.weight")]
    [TestCase("unused", null)]
    [TestCase("block.3.conv.weight", "conv3")]
    [TestCase("block.conv.weight", "block.conv.weight", Description = "the star would be in both halves")]
    public void Names_are_found_exactly_or_by_the_longest_star(string theirs, string? ours)
    {
        var map = new NameMap(new Dictionary<string, string?>
        {
            ["net.*"] = "second.*",
            ["net.0.*"] = "first.*",
            ["net.1.*"] = "second.*",
            ["net.1.bias"] = "bias of the second",
            ["unused"] = null,
            ["block.*.conv.weight"] = "conv*",
        });
        Assert.That(map.NameOf(theirs), Is.EqualTo(ours));
    }

    // As another program would have saved it: other names, a tensor that nobody needs.
    [Test]
    public void A_state_of_other_names_is_loaded()
    {
        Sequential<float> Make(ulong seed)
        {
            var weights = new WeightInitializer(new RandomSource(seed));
            return new Sequential<float>(new Linear<float>(2, 3, weights), new Linear<float>(3, 1, weights));
        }

        var (trained, ours) = (Make(1), Make(2));
        var theirs = StateDict.Of(trained).ToDictionary(entry => "net." + entry.Key.Replace("1.", "last.", StringComparison.Ordinal), entry => entry.Value);
        theirs["step"] = One;
        string path = Path.Combine(Path.GetTempPath(), $"names-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, """{"net.last.*": "1.*", "net.*": "*", "step": null}""");
        try
        {
            _ = StateDict.Load(ours, NameMap.Read(path).Apply(theirs));
        }
        finally
        {
            File.Delete(path);
        }

        foreach (var (name, tensor) in StateDict.Of(trained))
            Assert.That(StateDict.Of(ours)[name].Span.ToArray(), Is.EqualTo(tensor.Span.ToArray()), name);
    }

    [Test]
    public void Two_tensors_of_one_name_are_refused() => Assert.That(
        () => new NameMap(new Dictionary<string, string?> { ["a"] = "b" }).Apply(new Dictionary<string, Tensor<float>> { ["a"] = One, ["b"] = One }),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains("both called 'b'"));

    [Test]
    public void A_name_of_nothing_is_refused() => Assert.That(
        () => new NameMap(new Dictionary<string, string?> { ["net.*"] = "*" }).Apply(new Dictionary<string, Tensor<float>> { ["nets.0"] = One }),
        Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("The map names 'net.*', but the state has no such tensor; it has nets.0."));

    [TestCase("a.*.*", "b")]
    [TestCase("a.*", "b")]
    [TestCase("a", "b.*")]
    public void Stars_that_do_not_match_are_refused(string theirs, string ours) =>
        Assert.That(() => new NameMap(new Dictionary<string, string?> { [theirs] = ours }), Throws.ArgumentException.With.Message.Contains("one star on both sides"));

    [TestCase("[1]", "not of the kind Array")]
    [TestCase("""{"a": 1}""", "the name of 'a' is 1; accepted are a text and null")]
    [TestCase("""{"a": "b", "a": "c"}""", "a")]
    [TestCase("{", "names")]
    [TestCase("{\"a\": \"\\ud800\"}", "UTF-16")]
    public void Files_of_another_form_are_refused(string text, string message)
    {
        string path = Path.Combine(Path.GetTempPath(), $"names-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        try
        {
            Assert.That(() => NameMap.Read(path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(path).And.Message.Contains(message));
        }
        finally
        {
            File.Delete(path);
        }
    }
}

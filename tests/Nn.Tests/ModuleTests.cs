using Diffusion.Autograd;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class ModuleTests
{
    private static Sequential<float> Net()
    {
        var weights = Layers.Weights();
        return new(
            new Conv2d<float>(1, 4, 3, weights, padding: 1, bias: false),
            new BatchNorm2d<float>(4),
            new Sequential<float>(new LeakyReLU<float>(0.2), new MaxPool2d<float>(2)),
            new Flatten<float>(),
            new Linear<float>(16, 10, weights));
    }

    [Test]
    public void A_module_reads_as_it_is_built()
    {
        const string Expected = """
            Sequential(
              (0): Conv2d(1, 4, 3x3, padding: 1x1, bias: false)
              (1): BatchNorm2d(4)
              (2): Sequential(
                (0): LeakyReLU(slope: 0.2)
                (1): MaxPool2d(2x2)
              )
              (3): Flatten()
              (4): Linear(16, 10)
            )
            """;
        Assert.That(Net().ToString(), Is.EqualTo(Expected.ReplaceLineEndings("\n")));
    }

    [Test]
    public void A_summary_has_shapes_parameters_and_memory()
    {
        var net = Net();
        net[0].Train(false);
        const string Expected = """
            name  module                                              output        parameters   memory
                  Sequential                                          [2, 10]                0      0 B
            0     Conv2d(1, 4, 3x3, padding: 1x1, bias: false)        [2, 4, 4, 4]          36    144 B
            1     BatchNorm2d(4)                                      [2, 4, 4, 4]           8     68 B
            2     Sequential                                          [2, 2, 2, 4]           0      0 B
            2.0   LeakyReLU(slope: 0.2)                               [2, 4, 4, 4]           0      0 B
            2.1   MaxPool2d(2x2)                                      [2, 2, 2, 4]           0      0 B
            3     Flatten()                                           [2, 16]                0      0 B
            4     Linear(16, 10)                                      [2, 10]              170    680 B
            total                                                                          214    892 B
            """;
        static string[] Words(string text) => text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        string summary = net.Summary([2, 4, 4, 1]);
        Assert.That(Words(summary), Is.EqualTo(Words(Expected)));
        string[] lines = summary.Split('\n');
        Assert.That(lines[1..].Select(line => line.Length), Is.All.EqualTo(lines[0].Length), "columns");
        Assert.That(net.Summary(), Does.Not.Contain("[2, 16]").And.Contain("214"));
        Assert.Multiple(() =>
        {
            Assert.That(net.IsTraining, Is.True);
            Assert.That(net[0].IsTraining, Is.False, "modes are as they were");
            Assert.That(((BatchNorm2d<float>)net[1]).Batches.ToScalar(), Is.Zero, "nothing was learned");
            Assert.That(() => net.Summary([2, 4, 4, 3]), Throws.ArgumentException);
        });
    }

    [Test]
    public void What_is_shared_counts_once_in_a_summary()
    {
        var layer = new Linear<float>(2, 2, Layers.Weights());
        Assert.That(new Sequential<float>(layer, layer).Summary().Split('\n')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(["total", "6", "24", "B"]));
    }

    [Test]
    public void Layers_of_a_sequence_have_numbers()
    {
        var net = Net();
        Assert.Multiple(() =>
        {
            Assert.That(net.Count, Is.EqualTo(5));
            Assert.That(net[0], Is.InstanceOf<Conv2d<float>>());
            Assert.That(net[^1], Is.SameAs(net[4]));
            Assert.That(() => net[5], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 4"));
        });
    }

    [Test]
    public void Apply_visits_children_first_and_gives_the_module()
    {
        var net = Net();
        var seen = new List<Module<float>>();
        Assert.That(net.Apply(seen.Add), Is.SameAs(net));
        var inner = (Sequential<float>)net[2];
        Assert.That(seen, Is.EqualTo(new Module<float>[] { net[0], net[1], inner[0], inner[1], inner, net[3], net[4], net }));
    }

    [Test]
    public void A_module_list_names_its_modules_by_number()
    {
        var weights = Layers.Weights();
        var list = new ModuleList<double>(new Linear<double>(2, 2, weights, bias: false), new SiLU<double>());
        list.Add(new Linear<double>(2, 2, weights, bias: false));
        var tables = new ModuleList<double, Embedding<double>>(new Embedding<double>(3, 2, weights));
        Assert.Multiple(() =>
        {
            Assert.That(list.NamedParameters.Select(named => named.Name), Is.EqualTo(["0.weight", "2.weight"]));
            Assert.That(list, Has.Count.EqualTo(3));
            Assert.That(list.Skip(2).Single(), Is.SameAs(list[2]));
            Assert.That(tables[0].Weight.Shape, Is.EqualTo(new Shape(3, 2)));
        });
    }

    [Test]
    public void A_module_in_another_number_type_computes_the_same()
    {
        var weights = Layers.Weights();
        var twice = new Linear<float>(6, 6, weights);
        var net = new Sequential<float>(
            new Conv1d<float>(2, 6, 3, weights, stride: 2, padding: 1, groups: 2), new GroupNorm<float>(3, 6, silu: true), new MultiheadAttention<float>(6, 2, weights),
            twice, new GELU<float>(), twice, new BatchNorm1d<float>(6), new RMSNorm<float>(6), new LayerNorm<float>(6, 1e-3),
            new ConvTranspose1d<float>(6, 4, 4, weights, stride: 2, padding: 1), new Dropout<float>(0.5, weights) { Step = 7 }, new Tanh<float>(), new Identity<float>());
        _ = net.Forward(new Variable<float>(Tensor<float>.Full([2, 8, 2], 0.3f)));
        net.Train(false);
        var copy = net.To<double>();
        Assert.That(copy.ToString(), Is.EqualTo(net.ToString()));
        Assert.That(copy.ParameterCount, Is.EqualTo(net.ParameterCount));
        var inside = (Sequential<double>)copy;
        Assert.That(inside[3], Is.SameAs(inside[5]), "one layer stays one");
        Assert.That(((Dropout<double>)inside[10]).Step, Is.EqualTo(((Dropout<float>)net[10]).Step));
        var x = Layers.Numbers([2, 8, 2], 1);
        var single = Tensor<float>.From(x.Shape, Array.ConvertAll(x.Span.ToArray(), value => (float)value));
        double[] expected = Array.ConvertAll(net.Forward(single).Value.Span.ToArray(), value => (double)value);
        Assert.That(copy.Forward(x).Value.Span.ToArray(), Is.EqualTo(expected).Within(1e-4));
    }

    [Test]
    public void Images_and_tables_in_another_number_type_keep_their_settings()
    {
        var weights = Layers.Weights();
        var net = new Sequential<double>(
            new Conv2d<double>(2, 4, (3, 2), weights, stride: (2, 1), groups: 2, bias: false), new ConvTranspose2d<double>(4, 2, 3, weights, outputPadding: 1, stride: 2), new MaxPool2d<double>(2),
            new AvgPool2d<double>(2, padding: 1, countPadding: false), new Upsample<double>((2, 1)), new BatchNorm2d<double>(2, momentum: null, affine: false), new ReLU<double>(), new Sigmoid<double>(),
            new SiLU<double>(), new Flatten<double>());
        Assert.That(net.To<float>().ToString(), Is.EqualTo(net.ToString()));
        foreach (var module in (Module<double>[])[new Embedding<double>(3, 2, weights), new GaussianFourierFeatures<double>(6, weights), new ModuleList<double>(new ReLU<double>())])
        {
            var copy = module.To<float>();
            Assert.That(copy.ToString(), Is.EqualTo(module.ToString()));
            foreach (var (name, tensor) in StateDict.Of(copy))
                Assert.That(tensor.Span.ToArray(), Is.EqualTo(Array.ConvertAll(StateDict.Of(module)[name].Span.ToArray(), value => (float)value)));
        }
    }

    [Test]
    public void A_module_that_cannot_be_made_again_says_what_can_be_done() =>
        Assert.That(() => new ModuleList<double, Embedding<double>>().To<float>(), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("StateDict.Convert"));
}

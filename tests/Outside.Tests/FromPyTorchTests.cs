using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Lines that a user of PyTorch writes, as they are written here: docs/from-pytorch.md is this list, and a test holds the two together.</summary>
public sealed partial class FromPyTorchTests
{
    private static readonly RandomSource Random = new(0);

    [Test]
    public void Tensors()
    {
        var a = Random.For(Purpose.Metrics).At(0).Normal<float>([4, 8, 3]);
        Check("T1", a.Transpose(1, 2), [4, 3, 8]);
        Check("T2", a.Permute(0, 2, 1), [4, 3, 8]);
        Check("T3", a[.., 3..7], [4, 4, 3]);
        Check("T4", a.Slice(1, 3, 7), [4, 4, 3]);
        Check("T5", Tensor<float>.Stack([a, a], 0), [2, 4, 8, 3]);
        Check("T6", Tensor<float>.Concatenate([a, a], 0), [8, 8, 3]);
        Check("T7", a.IndexSelect(1, [1, 2]), [4, 2, 3]);
        Check("T8", a.Max(1), [4, 3]);
        Check("T9", a.ArgMax(1), [4, 3]);
        Check("T10", a.Clamp(-1, 1), [4, 8, 3]);
        Check("T11", a.Where(x => x > 0, 0), [4, 8, 3]);
        Check("T12", a.Abs(), [4, 8, 3]);
        Check("T13", a.Pow(2), [4, 8, 3]);
        Check("T14", a.Mean([0, 1]), [3]);
        Check("T15", a.Var(0), [8, 3]);
        Check("T16", a.Exp(), [4, 8, 3]);
        Check("T17", a + 1, [4, 8, 3]);
        Check("T18", a * 2, [4, 8, 3]);
        Check("T19", -a, [4, 8, 3]);
        Check("T20", a / 2, [4, 8, 3]);
        Check("T21", a > a.Flip(0), [4, 8, 3]);
        Check("T22", a.Map(x => x * x), [4, 8, 3]);
        Check("T23", a.Sum(^1), [4, 8]);
        Check("T24", a.MatMul(a, transposeB: true), [4, 8, 8]);
        Check("T25", Tensor<float>.Arange(10), [10]);
        Check("T26", a.Squeeze(), [4, 8, 3]);
        Assert.That(a[.., 3..7][2, 1, 0], Is.EqualTo(a[2, 4, 0]));
    }

    [Test]
    public void Variables()
    {
        var a = Random.For(Purpose.Metrics).At(0).Normal<float>([4, 8, 3]);
        using var tape = Tape<float>.Start();
        var v = tape.Variable(a, requiresGradient: true);
        Check("V1", v.Transpose(1, 2), [4, 3, 8]);
        Check("V2", v.Permute(0, 2, 1), [4, 3, 8]);
        Check("V3", v[.., 3..7], [4, 4, 3]);
        Check("V4", v.Slice(1, 3, 7), [4, 4, 3]);
        Check("V5", Operations.Stack<float>([v, v], 0), [2, 4, 8, 3]);
        Check("V6", v.IndexSelect(1, [1, 2]), [4, 2, 3]);
        Check("V7", v.Max(1), [4, 3]);
        Check("V8", v.Clamp(-1, 1), [4, 8, 3]);
        Check("V9", Operations.Where(v > 0, v, 2 * v), [4, 8, 3]);
        Check("V10", v.Abs(), [4, 8, 3]);
        Check("V11", v.Pow(2), [4, 8, 3]);
        Check("V12", v.Mean([0, 1]), [3]);
        Check("V13", v.Var(), []);
        Check("V14", Operations.Einsum("bij,bkj->bik", v, v), [4, 8, 8]);
        Check("V15", v.Detach(), [4, 8, 3]);
        Check("V16", v + 1, [4, 8, 3]);
        Check("V17", v * 2, [4, 8, 3]);
        Check("V18", v / 2, [4, 8, 3]);
        Check("V19", 1 - v, [4, 8, 3]);
        Check("V20", v.Reshape(4, -1), [4, 24]);
        Check("V21", v.Sin(), [4, 8, 3]);
        Check("V22", v.LeakyRelu(0.1f), [4, 8, 3]);
        Check("V23", v.Softplus(), [4, 8, 3]);
        Check("V24", v + a, [4, 8, 3]);
        Check("V25", v.Softmax(1), [4, 8, 3]);
        Check("V26", v.Dropout(0.1, Random.For(Purpose.Dropout).At(0)), [4, 8, 3]);
        Check("V27", v.Sum([0, 1]), [3]);
        Check("V28", v.CumSum(0), [4, 8, 3]);
        Check("V29", v.Split(1, 2)[0], [4, 8, 1]);
        Check("V30", v.Pad(1), [4, 8, 5]);
        Check("V31", v.Flatten(), [96]);
        Check("V32", Derivative.HessianVectorProduct(x => x.Square().Sum(), a, a).Value, [4, 8, 3]);
        Assert.That(v.Detach().RequiresGradient, Is.False);
        tape.Backward((1 - (v / 2)).Sum());
        Assert.That(v.Gradient!.Span.ToArray(), Is.All.EqualTo(-0.5f));
    }

    [Test]
    public void Modules()
    {
        var weights = new WeightInitializer(Random);
        var net = new Sequential<float>(new Linear<float>(3, 8, weights), new SiLU<float>(), new Linear<float>(8, 1, weights));
        Say("M0", net.ToString());
        Say("M1", net.Summary([4, 3]));
        Say("M2", net.Parameters.First().RequiresGradient = false);
        Say("M3", new AdamW<float>([new ParameterGroup<float>(net.Parameters, 1e-3)]) { LearningRate = 1e-3 });
        Say("M4", net.To<double>());
        Say("M5", net[0]);
        net.ZeroGradients();                                                // M6
        using var no = Tape<float>.NoGradient();                            // M7
        Say("M8", net.Apply(layer => layer.Train(false)));
        Assert.Multiple(() =>
        {
            Assert.That(net.ToString(), Does.Contain("Linear").And.Contain("SiLU"));
            Assert.That(net.Summary([4, 3]), Does.Contain("[4, 1]").And.Contain("41"));
            Assert.That(net.Parameters.First().RequiresGradient, Is.False);
            Assert.That(net.IsTraining, Is.False);
            Assert.That(net.Forward(Tensor<float>.Ones([2, 3])).RequiresGradient, Is.False);
        });
    }

    // Each line of the table stands in this file, beside its number, as the table has it.
    [Test]
    public void The_document_says_what_is_compiled_here()
    {
        string source = File.ReadAllText(Path()), document = File.ReadAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path())!, "../../docs/from-pytorch.md"));
        var rows = Row().Matches(document);
        Assert.That(rows, Has.Count.EqualTo(67), "rows of the table");
        Assert.Multiple(() =>
        {
            foreach (Match row in rows)
            {
                string number = row.Groups[1].Value, code = row.Groups[2].Value;
                bool stands = source.Contains($"(\"{number}\", {code}, [", StringComparison.Ordinal) || source.Contains($"(\"{number}\", {code});", StringComparison.Ordinal)
                    || Regex.IsMatch(source, $@"^\s+{Regex.Escape(code)};\s+// {number}\r?$", RegexOptions.Multiline);
                Assert.That(stands, $"{number}: {code}");
            }
        });
    }

    [GeneratedRegex(@"^\| ([TVM]\d+) \| `[^`]*` \| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static string Path([CallerFilePath] string path = "") => path;

    private static void Check(string number, Tensor<float> result, Shape shape) => Assert.That(result.Shape, Is.EqualTo(shape), number);

    private static void Check(string number, IndexTensor result, Shape shape) => Assert.That(result.Shape, Is.EqualTo(shape), number);

    private static void Check(string number, Variable<float> result, Shape shape) => Assert.That(result.Shape, Is.EqualTo(shape), number);

    private static void Say(string number, object result) => Assert.That(result.ToString(), Is.Not.Empty, number);
}

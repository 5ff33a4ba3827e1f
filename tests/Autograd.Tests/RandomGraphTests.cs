using Diffusion.Tensors;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// Random expressions against central differences: any rows of <see cref="GradientTable"/>, fed by each other's results, by
/// parameters, by inputs of the tape and by constants, which are shared and used again.
/// </summary>
/// <remarks>
/// A program is a list of whole numbers, so that a failure shrinks to a short one. A row asks for inputs of certain shapes
/// near certain points (off kinks and poles); what is fed to it is a leaf at that point, or the point plus a small, bounded
/// function of an earlier result.
/// </remarks>
[Category("Gradients")]
public sealed class RandomGraphTests
{
    private const int Graphs = 10_000;

    // As in GradientTests: a central difference is good to about 1e-10 of a gradient's terms.
    private const double Allowed = 1e-6;

    [Test]
    public void Gradients_of_random_expressions_agree_with_finite_differences()
    {
        int[] uses = new int[GradientTable.Rows.Length];
        int graphs = 0, alone = 0;
        double worst = 0;
        var programs = Gen.ArrayOf(Gen.Choose(0, 9999), 48).Select(numbers => numbers[..(8 + (numbers[0] % 41))]).ToArbitrary();
        Prop.ForAll(programs, program =>
        {
            graphs++;
            var graph = new Graph(program);
            worst = Math.Max(worst, graph.Check(uses));
            alone += graph.HasParametersAlone ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Graphs).WithReplay(7, 11));

        TestContext.Out.WriteLine($"{graphs} graphs, {uses.Sum()} uses of {uses.Length} rows, at least {uses.Min()} of each; {alone} graphs with results of parameters alone; worst relative error {worst:E2}");
        Assert.Multiple(() =>
        {
            Assert.That(graphs, Is.GreaterThanOrEqualTo(Graphs));
            Assert.That(uses.Min(), Is.GreaterThan(20), "uses of the row that is used least");
            Assert.That(alone, Is.GreaterThan(Graphs / 20));
        });
    }

    private enum Kind
    {
        Parameter,
        Input,
        Constant,
    }

    private sealed class Leaf(Tensor<double> value, Kind kind)
    {
        public Tensor<double> Value { get; } = value;

        public Kind Kind { get; } = kind;
    }

    /// <summary>The expression of a program: made anew at every evaluation, from the values that the leaves have then.</summary>
    private sealed class Graph(int[] program)
    {
        private readonly List<Leaf> _leaves = [];
        private readonly List<bool> _ofParametersAlone = [];
        private Tensor<double>?[] _directions = [];
        private Variable<double>[] _variables = [];
        private int _at, _nextLeaf;
        private int[]? _uses;

        public bool HasParametersAlone => _ofParametersAlone.Contains(true);

        /// <summary>Compares the gradient of each leaf with a difference along a random direction; gives the worst relative error.</summary>
        public double Check(int[] uses)
        {
            _uses = uses;
            _ = Evaluate();
            _uses = null;
            var random = new Random(program.Aggregate(17, (hash, number) => unchecked((hash * 31) + number)));
            _directions = [.. _leaves.Select(leaf => leaf.Kind == Kind.Constant ? null : Direction(leaf.Value.Shape, random))];

            double[] analytic = new double[_leaves.Count], sizes = new double[_leaves.Count];
            using (var tape = Tape<double>.Start())
            {
                var loss = Build(tape);
                if (loss.RequiresGradient)
                    tape.Backward(loss);
                for (int i = 0; i < _leaves.Count; i++)
                {
                    if (_directions[i] is not { } direction || _variables[i].Gradient is not { } gradient)
                        continue;
                    for (int j = 0; j < direction.Length; j++)
                    {
                        analytic[i] += gradient.Span[j] * direction.Span[j];
                        sizes[i] += Math.Abs(gradient.Span[j] * direction.Span[j]);
                    }
                }
            }

            double worst = 0;
            for (int i = 0; i < _leaves.Count; i++)
            {
                if (_directions[i] is null)
                    continue;
                const double Step = 1e-5;
                double numeric = (Moved(i, Step) - Moved(i, -Step)) / (2 * Step);
                double error = Math.Abs(numeric - analytic[i]) / Math.Max(1e-3, Math.Max(sizes[i], Math.Abs(numeric)));
                if (!(error < Allowed))
                    throw new AssertionException($"The gradient of {_leaves[i].Kind} {i} of shape {_leaves[i].Value.Shape} along a direction is {analytic[i]:R}, the difference {numeric:R}.\n{Describe()}");
                worst = Math.Max(worst, error);
            }

            return worst;
        }

        private static Tensor<double> Direction(Shape shape, Random random)
        {
            var direction = Tensor<double>.Uninitialized(shape);
            foreach (ref double element in direction.Span)
                element = (2 * random.NextDouble()) - 1;
            return direction;
        }

        private double Moved(int leaf, double step)
        {
            double[] values = _leaves[leaf].Value.Span.ToArray();
            for (int j = 0; j < values.Length; j++)
                _leaves[leaf].Value.Span[j] += step * _directions[leaf]!.Span[j];
            double loss = Evaluate();
            values.CopyTo(_leaves[leaf].Value.Span);
            return loss;
        }

        private double Evaluate()
        {
            using var tape = Tape<double>.StartInference();
            return Build(tape).Value.ToScalar();
        }

        private string Describe()
        {
            using var tape = Tape<double>.Start();
            _ = Build(tape);
            return tape.ToMermaid();
        }

        private int Next(int count) => _at < program.Length ? program[_at++] % count : 0;

        // Means of all results, and a penalty of what are parameters.
        private Variable<double> Build(Tape<double> tape)
        {
            (_at, _nextLeaf) = (1, 0);
            _ofParametersAlone.Clear();
            var variables = new List<Variable<double>>();
            var results = new List<Variable<double>>();
            var loss = tape.Variable(Tensor<double>.Scalar(0));
            do
            {
                int number = Next(GradientTable.Rows.Length);
                var row = GradientTable.Rows[number];
                var point = row.Build(new Draw([.. Enumerable.Range(0, 8).Select(i => 1 + (((number * 7) + (results.Count * 5) + (i * 3)) % 3))]));
                bool alone = true;
                var inputs = Array.ConvertAll(point.Inputs, input =>
                {
                    int how = Next(6);
                    if (how >= 3 && results.Count > 0)
                    {
                        // An earlier result, or a leaf that is used already.
                        int from = Next(results.Count + variables.Count);
                        bool isResult = from < results.Count;
                        var source = isResult ? results[from] : variables[from - results.Count];
                        alone &= isResult ? _ofParametersAlone[from] : source is { Tape: null, RequiresGradient: true };
                        return input + (0.05 * Fit(source, input.Shape).Tanh());
                    }

                    alone &= how % 3 == 0;
                    return Use(tape, input, (Kind)(how % 3), variables);
                });
                var result = point.Function(inputs);
                if (_uses is not null)
                    _uses[number]++;
                results.Add(result);
                _ofParametersAlone.Add(alone);
                if (result.Shape.Length > 0)
                    loss += (1 + (0.1 * results.Count)) * (result * result).Mean().Tanh();
            }
            while (_at < program.Length);

            foreach (var variable in variables.Where(variable => variable.Tape is null && variable.RequiresGradient))
                loss += 0.1 * (variable * variable).Sum();
            _variables = [.. variables];
            return loss;
        }

        private Variable<double> Use(Tape<double> tape, Tensor<double> value, Kind kind, List<Variable<double>> variables)
        {
            if (_nextLeaf == _leaves.Count)
                _leaves.Add(new(value, kind));
            var leaf = _leaves[_nextLeaf++];
            variables.Add(leaf.Kind switch
            {
                Kind.Parameter => new Variable<double>(leaf.Value, requiresGradient: true) { Name = $"parameter {_nextLeaf}" },
                Kind.Input => tape.Variable(leaf.Value, requiresGradient: true),
                _ => tape.Variable(leaf.Value),
            });
            return variables[^1];
        }

        // A fixed linear map to the wanted number of elements.
        private static Variable<double> Fit(Variable<double> x, Shape shape)
        {
            var map = Tensor<double>.Uninitialized([x.Shape.Length, shape.Length]);
            for (int i = 0; i < map.Length; i++)
                map.Span[i] = Math.Sin(1 + i);
            return x.Reshape([1, x.Shape.Length]).MatMul(map).Reshape(shape);
        }
    }
}

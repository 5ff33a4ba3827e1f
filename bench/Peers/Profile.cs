using System.Diagnostics;
using System.Globalization;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Peers.Cases;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;

namespace Diffusion.Peers;

/// <summary>
/// Takes a training step of the two-pixel network apart: the time of every operation, forward and backward. The forward
/// pass is written here once more with a clock between its lines, and a clock on the tape after each of them, which the
/// backward pass comes by on its way.
/// </summary>
internal sealed class Profile
{
    private const string Prefix = "two-pixel-train-";
    private const int WarmUp = 200;

    private readonly TwoPixelUNet<float> _model;
    private readonly TwoPixelTrainingWork.Batch _batch;
    private readonly Adam<float> _adam;
    private readonly Tensor<float> _oneHot;
    private readonly Dictionary<string, Entry> _entries = [];
    private string _line = "";
    private long _clock;
    private long _allocated;

    private Profile(int batch)
    {
        var work = new TwoPixelTrainingWork(batch);
        _model = work.Model;
        _batch = new TwoPixelTrainingWork.Batch(batch, 0);
        _adam = new Adam<float>(_model.Parameters) { LearningRate = 2e-3 };
        _oneHot = Tensor<float>.Zeros([_model.Classes + 1, _model.Classes + 1]);
        for (int y = 0; y <= _model.Classes; y++)
            _oneHot[y, y] = 1;
    }

    public static int Run(string name, int threads)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !int.TryParse(name[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int batch) || batch < 1)
            throw new UsageException($"--profile takes {Prefix}N with a batch N, not '{name}'");
        Workers.ThreadCount = threads;
        var profile = new Profile(batch);
        profile.CheckForward();
        double whole = TimeWhole(batch);
        int steps = Math.Clamp((int)(2e6 / whole), 20, 2000);
        for (int step = 0; step < WarmUp / 4; step++)
            profile.Step();
        profile._entries.Clear();
        for (int step = 0; step < steps; step++)
            profile.Step();
        profile.Print(name, threads, steps, whole);
        return 0;
    }

    // The median of the real step, without clocks in it.
    private static double TimeWhole(int batch)
    {
        using var work = new TwoPixelTrainingWork(batch);
        for (int i = 0; i < WarmUp; i++)
            work.Ours();
        double[] times = new double[100];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            work.Ours();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return Measurement.Statistics.Median(times);
    }

    private void Step()
    {
        StartClock();
        var tape = Tape<float>.Start();
        Book("start the tape", forward: true);
        var predicted = Forward(tape);
        var loss = Loss.MeanSquared(predicted, _batch.Noise);
        Book("loss", forward: true);
        _line = "loss";
        tape.Backward(loss);
        Book(_line, forward: false);
        _adam.Step();
        Book("Adam, " + _adam.Parameters.Count + " tensors", forward: false);
        tape.Dispose();
        Book("end the tape", forward: false);
    }

    // TwoPixelUNet.Forward, line by line.
    private Variable<float> Forward(Tape<float> tape)
    {
        int n = _batch.Times.Length;
        double[] times = DistinctTimes(_batch.Times, tape.RentIndices(n), out int[] stepIndex);
        Book("distinct steps", forward: true);
        var features = ((StepEmbedding<float>)Child("step")).Features(tape, times);
        Book("Fourier features", forward: true);
        var step = Clock("step embedding", Part<Linear<float>>(Child("step"), "linear").Forward(tape.Variable(features)).Silu());

        int[] labelIndex = tape.RentIndices(n);
        for (int i = 0; i < n; i++)
            labelIndex[i] = _batch.Labels[i] < 0 ? _model.Classes : _batch.Labels[i];
        var hidden = Part<Linear<float>>(Child("label"), "linear1").Forward(tape.Variable(_oneHot)).Silu();
        var label = Clock("class embedding", Part<Linear<float>>(Child("label"), "linear2").Forward(hidden));

        var h1 = Block("encoder1", tape.Variable(_batch.Xt));
        var h2 = Block("encoder2", h1);
        var h3 = Block("decoder1", h2);
        var skip = Clock("concatenate", Operations.Concatenate([h3, h1]));
        return Clock("decoder2 convolution", ((Layer<float>)Child("decoder2")).Forward(skip).Reshape([n, 2, 1]));

        Variable<float> Block(string name, Variable<float> x)
        {
            var block = Child(name);
            var h = Clock(name + " convolution", Part<Layer<float>>(block, "conv").Forward(x));
            var steps = Clock(name + " linear of the steps", Part<Linear<float>>(block, "step").Forward(step));
            var labels = Clock(name + " linear of the classes", Part<Linear<float>>(block, "label").Forward(label));
            return Clock(name + " GroupNorm + SiLU", Part<GroupNorm<float>>(block, "norm").Forward(h, new(steps, stepIndex), new(labels, labelIndex)));
        }

        Variable<float> Clock(string line, Variable<float> x)
        {
            Book(line, forward: true);
            var y = tape.Record(new ClockOperation(this, line, x), x.Value);
            StartClock();
            return y;
        }
    }

    private void CheckForward()
    {
        using var tape = Tape<float>.Start();
        var real = _model.Forward(tape, _batch.Xt, _batch.Times, _batch.Labels);
        if (!Forward(tape).Value.Span.SequenceEqual(real.Value.Span))
            throw new InvalidOperationException("The forward pass that is profiled is no longer that of TwoPixelUNet: bring Profile.Forward up to date.");
    }

    private void StartClock()
    {
        _allocated = GC.GetAllocatedBytesForCurrentThread();
        _clock = Stopwatch.GetTimestamp();
    }

    // Books the time since the clock was started on a line, and starts it again.
    private void Book(string line, bool forward)
    {
        long now = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        if (!_entries.TryGetValue(line, out var entry))
            _entries.Add(line, entry = new Entry());
        (forward ? entry.Forward : entry.Backward).Add(now - _clock);
        entry.Bytes += allocated - _allocated;
        StartClock();
    }

    private void Print(string name, int threads, int steps, double whole)
    {
        var rows = _entries.Select(pair => (Name: pair.Key, Forward: PerStep(pair.Value.Forward, steps), Backward: PerStep(pair.Value.Backward, steps), Bytes: pair.Value.Bytes / (double)steps)).ToList();
        double total = rows.Sum(row => row.Forward + row.Backward);
        Console.WriteLine($"{name}, {threads} threads: the step takes {whole:F0} us; with clocks {total:F0} us, the median of {steps} steps for each line.");
        Console.WriteLine();
        Console.WriteLine($"{"",-32} {"forward",10} {"backward",10} {"share",7} {"bytes",8}");
        foreach (var row in rows.OrderByDescending(row => row.Forward + row.Backward))
            Console.WriteLine($"{row.Name,-32} {row.Forward,7:F1} us {row.Backward,7:F1} us {(row.Forward + row.Backward) / total,7:P1} {row.Bytes,8:F0}");
        Console.WriteLine($"{"all",-32} {rows.Sum(row => row.Forward),7:F1} us {rows.Sum(row => row.Backward),7:F1} us {1,7:P1} {rows.Sum(row => row.Bytes),8:F0}");
        Console.WriteLine();
        Console.WriteLine("Lines without a forward part (Adam, the tape) are under backward.");
    }

    private static double PerStep(List<long> ticks, int steps)
    {
        if (ticks.Count == 0)
            return 0;
        var sums = ticks.Chunk(ticks.Count / steps).Select(chunk => chunk.Sum() * 1e6 / Stopwatch.Frequency);
        return Measurement.Statistics.Median([.. sums]);
    }

    private static double[] DistinctTimes(double[] times, int[] memory, out int[] index)
    {
        var rows = new Dictionary<double, int>();
        index = memory;
        for (int i = 0; i < times.Length; i++)
        {
            if (!rows.TryGetValue(times[i], out index[i]))
                rows.Add(times[i], index[i] = rows.Count);
        }

        return [.. rows.Keys];
    }

    private Module<float> Child(string name) => Part<Module<float>>(_model, name);

    private static TModule Part<TModule>(Module<float> module, string name)
        where TModule : Module<float> => (TModule)module.Children.First(child => child.Name == name).Module;

    /// <summary>Does nothing; its backward pass books the time since the last clock, and starts the next line.</summary>
    private sealed class ClockOperation(Profile profile, string line, Variable<float> x) : Operation<float>
    {
        public override IReadOnlyList<Variable<float>> Inputs => [x];

        public override void Backward(Tensor<float> dOut, GradientSink<float> sink)
        {
            profile.Book(profile._line, forward: false);
            profile._line = line;

            // The gradient goes on through a copy, which is not timed.
            var dx = sink.GradientOf(x)!;
            System.Numerics.Tensors.TensorPrimitives.Add(dx.Span, dOut.Span, dx.Span);
            profile.StartClock();
        }
    }

    private sealed class Entry
    {
        public List<long> Forward { get; } = [];

        public List<long> Backward { get; } = [];

        public long Bytes { get; set; }
    }
}

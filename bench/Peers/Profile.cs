using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Nn;
using Diffusion.Peers.Cases;
using Diffusion.Tensors;
using Diffusion.Tensors.Threading;

namespace Diffusion.Peers;

/// <summary>
/// Takes a training step of the two-pixel network apart: the time of every operation, forward and backward. The forward
/// pass is written here once more with a clock between its lines; the backward pass walks the tape as the tape itself does.
/// </summary>
internal sealed class Profile
{
    private const string Prefix = "two-pixel-train-";
    private const int WarmUp = 200;

    private readonly TwoPixelUNet<float> _model;
    private readonly TwoPixelTrainingWork.Batch _batch;
    private readonly Adam<float> _adam;
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Dictionary<Operation<float>, string> _names = [];
    private long _clock;
    private long _allocated;

    private Profile(int batch)
    {
        var work = new TwoPixelTrainingWork(batch);
        _model = work.Model;
        _batch = new TwoPixelTrainingWork.Batch(batch, 0);
        _adam = new Adam<float>(_model.Parameters) { LearningRate = 2e-3 };
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
        Mark("start the tape", 0);
        var predicted = Forward(tape);
        var loss = Loss.MeanSquared(predicted, _batch.Noise);
        Mark("loss", 1, tape);
        Backward(tape, loss);
        _adam.Step();
        Mark("Adam, " + _adam.Parameters.Count + " tensors", 2);
        tape.Dispose();
        Mark("end the tape", 2);
        _names.Clear();
    }

    // TwoPixelUNet.Forward, line by line.
    private Variable<float> Forward(Tape<float> tape)
    {
        int n = _batch.Times.Length, timesteps = _model.Configuration.Timesteps;
        var times = DistinctTimes(_batch.Times, out int[] stepIndex);
        Mark("distinct steps", 1);

        var fourier = Part<GaussianFourierFeatures<float>>(Child("step"), "fourier");
        var features = tape.Rent([times.Length, 2 * fourier.Frequencies.Length]);
        fourier.Features(Array.ConvertAll(times, t => t / timesteps), features);
        Mark("Fourier features", 1);
        var step = Part<Linear<float>>(Child("step"), "linear").Forward(tape.Variable(features)).Silu();
        Mark("step embedding", 1, tape);

        int[] labelIndex = Array.ConvertAll(_batch.Labels, label => label < 0 ? _model.Classes : label);
        var oneHot = Tensor<float>.Zeros([_model.Classes + 1, _model.Classes + 1]);
        for (int y = 0; y <= _model.Classes; y++)
            oneHot[y, y] = 1;
        var label = Part<Linear<float>>(Child("label"), "linear2").Forward(Part<Linear<float>>(Child("label"), "linear1").Forward(tape.Variable(oneHot)).Silu());
        Mark("class embedding", 1, tape);

        var h1 = Block("encoder1", tape.Variable(_batch.Xt));
        var h2 = Block("encoder2", h1);
        var h3 = Block("decoder1", h2);
        var skip = Operations.Concatenate([h3, h1]);
        Mark("concatenate", 1, tape);
        var y2 = ((Layer<float>)Child("decoder2")).Forward(skip).Reshape([n, 2, 1]);
        Mark("decoder2 convolution", 1, tape);
        return y2;

        Variable<float> Block(string name, Variable<float> x)
        {
            var block = Child(name);
            var h = Part<Layer<float>>(block, "conv").Forward(x);
            Mark(name + " convolution", 1, tape);
            var stepRows = Part<Linear<float>>(block, "step").Forward(step);
            Mark(name + " linear of the steps", 1, tape);
            h = h.AddRows(stepRows, stepIndex);
            Mark(name + " add the steps' rows", 1, tape);
            var labelRows = Part<Linear<float>>(block, "label").Forward(label);
            Mark(name + " linear of the classes", 1, tape);
            h = h.AddRows(labelRows, labelIndex);
            Mark(name + " add the classes' rows", 1, tape);
            h = Part<GroupNorm<float>>(block, "norm").Forward(h);
            Mark(name + " GroupNorm + SiLU", 1, tape);
            return h;
        }
    }

    // Tape.Backward, with the clock read after each operation.
    private void Backward(Tape<float> tape, Variable<float> loss)
    {
        var seed = tape.Rent(loss.Shape);
        seed.Span[0] = 1;
        _ = Inside<float>.TryAdoptGradient(loss, seed);
        Mark("loss", 2);
        for (int i = tape.Operations.Count - 1; i >= 0; i--)
        {
            var operation = tape.Operations[i];
            if (operation.Output.Gradient is { } gradient)
            {
                operation.Backward(gradient);
                Inside<float>.Recycle(tape, Inside<float>.TakeGradient(operation.Output)!);
            }

            Mark(_names[operation], 2);
        }
    }

    private void CheckForward()
    {
        using var tape = Tape<float>.Start();
        var real = _model.Forward(tape, _batch.Xt, _batch.Times, _batch.Labels);
        if (!Forward(tape).Value.Span.SequenceEqual(real.Value.Span))
            throw new InvalidOperationException("The forward pass that is profiled is no longer that of TwoPixelUNet: bring Profile.Forward up to date.");
        _names.Clear();
    }

    private void StartClock()
    {
        _allocated = GC.GetAllocatedBytesForCurrentThread();
        _clock = Stopwatch.GetTimestamp();
    }

    // Books the time since the last mark, and names the operations recorded since for their way back.
    private void Mark(string name, int phase, Tape<float>? tape = null)
    {
        long now = Stopwatch.GetTimestamp(), allocated = GC.GetAllocatedBytesForCurrentThread();
        if (!_entries.TryGetValue(name, out var entry))
            _entries.Add(name, entry = new Entry());
        (phase == 1 ? entry.Forward : entry.Rest).Add(now - _clock);
        entry.Bytes += allocated - _allocated;
        for (int i = _names.Count; tape is not null && i < tape.Operations.Count; i++)
            _names[tape.Operations[i]] = name;
        StartClock();
    }

    private void Print(string name, int threads, int steps, double whole)
    {
        // Several operations may share a name, so times are summed within each step: the mean is of the middle half of sums.
        var rows = _entries.Select(pair => (Name: pair.Key, Forward: PerStep(pair.Value.Forward, steps), Backward: PerStep(pair.Value.Rest, steps), Bytes: pair.Value.Bytes / (double)steps)).ToList();
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
        int perStep = ticks.Count / steps;
        var sums = ticks.Chunk(perStep).Select(chunk => chunk.Sum() * 1e6 / Stopwatch.Frequency);
        return Measurement.Statistics.Median([.. sums]);
    }

    private static double[] DistinctTimes(double[] times, out int[] index)
    {
        var rows = new Dictionary<double, int>();
        index = new int[times.Length];
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

    /// <summary>The steps of the tape's own backward pass, which are not public; generic, as accessors of generic types must be.</summary>
    private static class Inside<T>
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TryAdoptGradient")]
        public static extern bool TryAdoptGradient(Variable<T> variable, Tensor<T> gradient);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "TakeGradient")]
        public static extern Tensor<T>? TakeGradient(Variable<T> variable);

        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Recycle")]
        public static extern void Recycle(Tape<T> tape, Tensor<T> gradient);
    }

    private sealed class Entry
    {
        public List<long> Forward { get; } = [];

        public List<long> Rest { get; } = [];

        public long Bytes { get; set; }
    }
}

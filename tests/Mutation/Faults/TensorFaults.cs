namespace Diffusion.Mutation.Faults;

/// <summary>Faults in src/Tensors: kernels, memory, random streams, threads.</summary>
internal static class TensorFaults
{
    private const string Kernels = "src/Tensors/Kernels/", Random = "src/Tensors/Randomness/", Threads = "src/Tensors/Threading/", Memory = "src/Tensors/Memory/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        // Derivatives.
        new(Kernels + "Activations.cs", "return s * TVector.MultiplyAdd(x, one - s, one);", "return s * TVector.MultiplyAdd(x, one + s, one);", "a sign in the derivative of SiLU"),
        new(Kernels + "Activations.cs", "VectorMath.Constant<TVector, T>(1) - (y * y);", "VectorMath.Constant<TVector, T>(1) + (y * y);", "a sign in the derivative of tanh"),
        new(Kernels + "Activations.cs", "=> y * (VectorMath.Constant<TVector, T>(1) - y);", "=> VectorMath.Constant<TVector, T>(1) - y;", "a factor left out of the derivative of the sigmoid"),
        new(Kernels + "Activations.cs", "return TVector.MultiplyAdd(x, density, Phi<TVector>(x));", "return Phi<TVector>(x);", "the density left out of the derivative of GELU"),
        new(Kernels + "Activations.cs", "VectorMath.Constant<TVector, T>(1) / x;", "VectorMath.Constant<TVector, T>(-1) / x;", "a sign in the derivative of the logarithm"),
        new(Kernels + "Losses.cs", "VectorMath.Sigmoid<TVector, T>(z) - y;", "VectorMath.Sigmoid<TVector, T>(z) + y;", "a sign in the derivative of the binary cross-entropy"),
        new(Kernels + "Losses.cs", "d * (size - (half * d))", "d * (size - d)", "Huber's loss jumps where it changes over"),
        new(Kernels + "Losses.cs", "TVector.Max(TVector.Zero - d, TVector.Min(d, r))", "TVector.Min(d, r)", "Huber's derivative is not clipped from below"),
        new(Kernels + "Softmax.cs", ": y * (dy - sum);", ": y * (dy + sum);", "a sign in the derivative of the softmax"),
        new(Kernels + "LayerNorm.cs", "last = (lastQ - meanQ - (lastH * meanQH)) * scale;", "last = (lastQ - meanQ) * scale;", "a dropped term in the gradient of layer normalisation, in the last vector"),
        new(Kernels + "LayerNorm.cs", "lastBeta += last;", "lastBeta = last;", "the sum over rows lost in the gradient of beta"),
        new(Kernels + "GroupNormLoops.cs", "sumZX = TVector.MultiplyAdd(d, centred, sumZX);", "sumZX = TVector.MultiplyAdd(d, TVector.Load(from), sumZX);", "the mean not taken off in the gradient of gamma"),

        // Accumulate ignored.
        new(Kernels + "Elementwise.cs", "Dense<Expressions.SlopeAdded<TFunction, T>, T>(new(function), kept, dy, kept, dx);", "Dense<Expressions.Slope<TFunction, T>, T>(new(function), kept, dy, kept, dx);", "accumulate ignored in the gradient of functions"),
        new(Kernels + "Elementwise.cs", "Seen<Expressions.PartialAdded<TFunction, TBy, T>, T>(", "Seen<Expressions.Partial<TFunction, TBy, T>, T>(", "accumulate ignored in the gradient of functions of two numbers"),
        new(Kernels + "Softmax.cs", "TVector.Store(Accumulate ? d + TVector.Load(dx + c) : d, dx + c);", "TVector.Store(d, dx + c);", "accumulate ignored in the gradient of the softmax"),
        new(Kernels + "Attention.cs", "keysAlong, 0, dq + (from * row), row, Accumulate, null);", "keysAlong, 0, dq + (from * row), row, false, null);", "accumulate ignored in the gradient of queries"),
        new(Kernels + "Attention.cs", "bool add = Accumulate || from > 0;", "bool add = Accumulate;", "keys' and values' gradients are those of the last tile alone"),
        new(Kernels + "ConvWeightGradient.cs", "*target = Accumulate ? *target + *source : *source;", "*target = *source;", "accumulate ignored in the gradient of a convolution's weight"),
        new(Kernels + "AvgPool2d.cs", "if (!Accumulate)", "if (Accumulate)", "average pooling clears what it should add to"),
        new(Kernels + "UpsampleNearest.cs", "TVector sum = Accumulate ? TVector.Load(dx + (j * channels) + c) : TVector.Zero;", "TVector sum = TVector.Zero;", "accumulate ignored in the gradient of upsampling"),

        // Groups, tails, sums.
        new(Kernels + "ConvWeightGradient.cs", "+ (g * Shape.GroupOut * sumOut);", "+ (g * sumOut);", "the wrong group of a convolution's outputs"),
        new(Kernels + "ConvWeightGradient.cs", "for (int part = 1; part < Parts; part++)", "for (int part = 2; part < Parts; part++)", "one part of the batch lost in a weight's gradient"),
        new(Kernels + "ConvWeightGradient.cs", "if (from == to)\n            new Span<T>(sum, rowLength).Clear();", "", "a stale buffer: the sums of a part without samples are not cleared")
        {
            Equivalent = "No part is without samples: there are at most as many parts as blocks, batch times blocks of an image. The line is a safeguard for an empty batch, whose sums no test can tell from those of new memory.",
        },
        new(Kernels + "WinogradWeightGradient.cs", "GradientStep, sums, sumStep, tile > 0);", "GradientStep, sums, sumStep, false);", "the sums of a part are those of its last tiles alone"),
        new(Kernels + "WinogradWeightGradient.cs", "for (int share = 1; share < shares; share++)", "for (int share = 1; share < shares - 1; share++)", "one share of the tiles lost in a weight's gradient"),
        new(Kernels + "WinogradCorrelation.cs", "_bias + firstChannel + c", "_bias + c", "every part of the channels gets the bias of the first"),
        new(Kernels + "ConvWindow.cs", "at += run, source += imageChannels)", "at += run, source += channels)", "some channels of a patch are read as if there were no others"),
        new(Kernels + "Softmax.cs", "onlyNew = Tail.OnlyNew<TVector, T>(last, back);", "onlyNew = last;", "numbers of the tail counted twice in the gradient of the softmax"),
        new(Kernels + "MaxPool2d.cs", "var (fromH, toH, row) = Shape.Rows(i);\n                    for", "var (fromH, toH, row) = Shape.Rows(0);\n                    for", "max pooling's gradient goes into the first row of windows"),
        new(Kernels + "MaxPool2d.cs", "((long)fromH * kernelWidth) + fromW)), nan", "0L)), nan", "the place of the largest begins at a tap in the padding"),
        new(Kernels + "SoftmaxRows.cs", "*logSums++ = largest[r] + T.Log(sums[r]);", "*logSums++ = T.Log(sums[r]);", "the largest number left out of attention's sums"),
        new(Kernels + "Gather.cs", "if (row < 0 || (row + 1L) * columns > table)", "if (row < 0 || row * (long)columns > table)", "a bound one row too wide for a table"),

        // Adam.
        new(Kernels + "Adam.cs", "TVector v = TVector.MultiplyAdd(_beta2, TVector.Load(moment2), _rest2 * (g * g));", "TVector v = TVector.MultiplyAdd(_beta2, TVector.Load(moment2), _rest2 * g);", "Adam's second moment without the square"),
        new(Kernels + "Adam.cs", "TVector.Broadcast(step.LearningRate * step.Correction1)", "TVector.Broadcast(step.LearningRate)", "Adam's first correction of the bias dropped"),
        new(Kernels + "Adam.cs", "TVector.Sqrt(v * _correction2) + _epsilon", "TVector.Sqrt(v) + _epsilon", "Adam's second correction of the bias dropped"),
        new(Kernels + "Adam.cs", "TVector.Sqrt(v * _correction2) + _epsilon", "TVector.Sqrt((v * _correction2) + _epsilon)", "Adam's epsilon inside of the root"),
        new(Kernels + "Adam.cs", "TVector.MultiplyAdd(TVector.Load(gradient), _scale, w * _l2)", "TVector.Load(gradient) * _scale", "weight decay left out of the gradient"),

        // Random numbers.
        new(Random + "RandomStream.cs", "Counter3 = (uint)(step >> 32) | ((uint)purpose << 24);", "Counter3 = (uint)(step >> 32);", "all purposes draw from one stream"),
        new(Random + "RandomStream.cs", "Key1 = (uint)(seed >> 32);", "Key1 = 0;", "half of the seed ignored"),
        new(Random + "RandomStream.cs", "var (x0, x1, _, _) = Block(0, (uint)(firstSample + i));", "var (x0, x1, _, _) = Block(0, (uint)i);", "whole numbers of a part of a batch repeat those of the first"),
        new(Random + "RandomSource.cs", "public RandomStream For(Purpose purpose) => new(Seed, purpose, Step);", "public RandomStream For(Purpose purpose) => new(Seed, purpose, 0);", "every step draws the numbers of the first"),
        new(Random + "Philox.cs", "internal const int Rounds = 10;", "internal const int Rounds = 9;", "one round too few of the generator"),
        new(Kernels + "RandomKernels.cs", "if (i % 4 == 0)", "if (i == 0)", "uniform numbers in double repeat after four"),

        // Threads and memory.
        new(Threads + "WorkerPool.cs", "while ((Volatile.Read(ref _state) & Inside) != 0)\n                spin.SpinOnce(sleep1Threshold: -1);", "", "a race: a call returns while workers are still inside"),
        new(Threads + "WorkerPool.cs", "while ((task = Interlocked.Increment(ref Next(part)) - 1) < end)", "while ((task = Next(part)++) < end)", "a race: two workers may take one task"),
        new(Threads + "WorkerPool.cs", "end = First(part + 1), task;", "end = First(part + 1) - 1, task;", "the last task of each thread's part left out"),
        new(Threads + "WorkerPool.cs", "_ = Interlocked.CompareExchange(ref _failure, failure, null);", "_ = failure;", "a failure on a worker is lost"),
        new(Threads + "WorkerPool.cs", "if (t_inside || !_caller.TryEnter())", "if (!_caller.TryEnter())", "a task that calls the pool again takes its workers away"),
        new(Threads + "Parts.cs", "(length / size) + (length % size == 0 ? 0 : 1)", "length / size", "the last part of a length lost"),
        new(Memory + "TensorPool.cs", "return tensor.As(shape);", "return tensor;", "memory of the pool keeps the shape of its last use"),
        new(Memory + "TensorPool.cs", "(_free[index] ??= new()).Push(tensor.Owner.EndLease());", "(_free[index] ??= new()).Push(tensor.Owner);", "a stale buffer: what was given back can still be read"),
        new(Memory + "Scratch.cs", "if (buffer is null || buffer.Length < length)", "if (buffer is null)", "scratch memory does not grow"),
    ];
}

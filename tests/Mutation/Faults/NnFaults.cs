namespace Diffusion.Mutation.Faults;

/// <summary>Faults in src/Nn: layers, optimisers, averages, readers and writers of files.</summary>
internal static class NnFaults
{
    private const string Folder = "src/Nn/", Optimisation = Folder + "Optimisation/", Files = Folder + "Serialization/", Layers = Folder + "Layers/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        // Optimisers and averages.
        new(Optimisation + "Adam.cs", "Correction2: T.CreateTruncating(1 / (1 - Math.Pow(Beta2, steps))),", "Correction2: T.CreateTruncating(1 / (1 - Math.Pow(Beta1, steps))),", "beta 1 for beta 2 in Adam's correction"),
        new(Optimisation + "Adam.cs", "Correction1: T.CreateTruncating(1 / (1 - Math.Pow(Beta1, steps))),", "Correction1: T.CreateTruncating(1 / (1 - Math.Pow(Beta1, steps + 1))),", "an off-by-one in Adam's count of steps"),
        new(Optimisation + "Adam.cs", "Decoupled ? 1 - (rate * decay) : 1", "Decoupled ? 1 - decay : 1", "AdamW's decay without the learning rate"),
        new(Optimisation + "Adam.cs", "&& ParameterSteps[trained[to]] == steps; to++)", "; to++)", "parameters that were frozen for a while are corrected like the others"),
        new(Optimisation + "Adam.cs", "GroupOf(trained[to]) == group &&", "", "a wrong group: neighbours take the rate of the first"),
        new(Optimisation + "Sgd.cs", "Elementwise.AddScaled(velocity, T.CreateTruncating(-rate * Momentum), weights);", "", "a dropped term of Nesterov's momentum"),
        new(Optimisation + "Sgd.cs", "if (decay != 0)\n                Elementwise.AddScaled(weights, T.CreateTruncating(decay), velocity);", "", "weight decay left out of SGD"),
        new(Optimisation + "Optimizer.cs", "_parameters[i].Value.MarkWritten();", "{ }", "a step is not told to the tape"),
        new(Optimisation + "ExponentialMovingAverage.cs", "Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates))", "Decay", "the first values stay long in the average"),
        new(Optimisation + "ExponentialMovingAverage.cs", "T.One - decay, Averages[i].Span);", "decay, Averages[i].Span);", "the decay of the average is taken for its share"),
        new(Optimisation + "GradientClipping.cs", "Scale(gradients, maxNorm / norm);", "Scale(gradients, 1 / norm);", "gradients are clipped to 1 whatever was asked"),
        new(Optimisation + "GradientClipping.cs", "squares += TensorPrimitives.SumOfSquares<double>(numbers[..count]);", "squares += TensorPrimitives.SumOfSquares<double>(numbers);", "a stale buffer: numbers of the chunk before count in the norm"),
        new(Optimisation + "LearningRateSchedule.cs", "return Peak * (step + 1) / Warmup;", "return Peak * step / Warmup;", "an off-by-one in the warm-up"),

        // Layers.
        new(Layers + "Linear.cs", "x.Linear(Weight, Bias);", "x.Linear(Weight);", "the bias of a linear layer missing"),
        new(Layers + "BatchNorm.cs", "1.0 / (rows - 1)", "1.0 / rows", "the running variance is not the unbiased one"),
        new(Layers + "BatchNorm.cs", "if (!IsTraining)\n            return Normalise(x);", "", "the running numbers are not used outside of training"),
        new(Layers + "Dropout.cs", "_random.At(Step++)", "_random.At(Step)", "the same activations are dropped at every step"),
        new(Layers + "Dropout.cs", "random.Derive(layer).For(Purpose.Dropout);", "random.For(Purpose.Dropout);", "a wrong stream: all layers drop the same activations"),
        new(Layers + "MultiheadAttention.cs", "Heads(kv[.., .., ..channels]), Heads(kv[.., .., channels..])", "Heads(kv[.., .., channels..]), Heads(kv[.., .., ..channels])", "keys and values swapped"),
        new(Folder + "WeightInitializer.cs", "random.For(Purpose.Weights).At(_next++).Uniform(", "random.For(Purpose.Weights).At(_next).Uniform(", "a wrong stream: all layers begin with the same numbers"),
        new(Folder + "WeightInitializer.cs", "Math.Sqrt(6.0 / Fans(shape, layout))", "Math.Sqrt(3.0 / Fans(shape, layout))", "Xavier's bound is that of Kaiming"),
        new(Folder + "WeightLayout.cs", "WeightLayout.ConvTranspose1d => [1, 2, 0],", "WeightLayout.ConvTranspose1d => [2, 1, 0],", "the layout of a transposed convolution is that of a convolution"),

        // Files.
        new(Files + "AtomicFile.cs", "BufferSize, FileOptions.WriteThrough", "BufferSize, FileOptions.None", "a lost flush before the rename")
        {
            Equivalent = "Closing the stream hands all bytes to the system; only a loss of power between the rename and the system's own write shows the difference, which no test in a process can make.",
        },
        new(Files + "AtomicFile.cs", "File.Move(temporary, full, overwrite: true);", "File.Copy(temporary, full, overwrite: true);", "the file is copied into place, and the temporary one stays"),
        new(Files + "AtomicFile.cs", "            TryDelete(temporary);\n            throw;", "            throw;", "a failed write leaves its temporary file"),
        new(Files + "SafetensorsFile.cs", "if (length > (ulong)(available - prefix.Length))", "if (length > (ulong)available)", "a bound too wide: a header may reach beyond the file"),
        new(Files + "SafetensorsFile.cs", "if (length > SafetensorsHeader.MaxLength)", "if (length > SafetensorsHeader.MaxLength + 1)", "a bound one too wide in the safetensors reader: the length of the header"),
        new(Files + "SafetensorsFile.cs", "if (length < 2)", "if (length < 1)", "a bound one too wide in the safetensors reader: the shortest header"),
        new(Files + "SafetensorsFile.cs", "if (verify)\n                SafetensorsChecksum.Verify", "if (false)\n                SafetensorsChecksum.Verify", "the checksum is not compared"),
        new(Files + "SafetensorsFile.cs", "chunk[i] = SafetensorsNumber.Read<T>(type, bytes[(i * size)..]);", "chunk[i] = SafetensorsNumber.Read<T>(type, bytes[(i * 4)..]);", "numbers of all types are taken to have 4 bytes"),
        new(Files + "SafetensorsHeader.cs", "if (entry.Begin != covered)", "if (entry.Begin < covered)", "holes between tensors are accepted"),
        new(Files + "SafetensorsHeader.cs", "if (covered != dataLength)", "if (covered > dataLength)", "bytes behind the last tensor are accepted"),
        new(Files + "SafetensorsHeader.cs", "|| range[1] < range[0])", ")", "an end before its begin is accepted")
        {
            Equivalent = "The next check refuses it: a negative length is that of no shape, since products of extents are at least 0.",
        },
        new(Files + "SafetensorsHeader.cs", "elements = checked(elements * extent);", "elements *= extent;", "the product of extents overflows"),
        new(Files + "NpyFile.cs", "if (bytes.Length - end != elements * size)", "if (bytes.Length - end < elements * size)", "bytes behind the numbers of an NPY file are accepted"),
    ];
}

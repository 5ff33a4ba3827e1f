namespace Diffusion.Mutation.Faults;

/// <summary>Drawn faults that survive, each with the reason why no test is to notice it.</summary>
/// <param name="File">The file, from the root of the repository.</param>
/// <param name="Line">The line as it is with the fault, without the space around it.</param>
/// <param name="Why">The reason.</param>
internal sealed record Argued(string File, string Line, string Why)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Argued> All { get; } =
    [
        new("src/Tensors/Kernels/DeepProduct.cs", "_block = Math.Clamp((8) / (MostBlock / (rows + columns)) * 8, 64, MatrixProduct.DepthBlock),", "Only speed: how much of the depth is packed at a time."),
        new("src/Diffusion/Networks/DenoisingNetwork.cs", "protected virtual int InferenceBatch => 1025;", "Only speed: how many samples stay in the cache."),
        new("src/Nn/Serialization/CsvFile.cs", "private byte[] _buffer = new byte[2 << 16];", "Only memory: the first size of a buffer that grows."),
        new("src/Tensors/Kernels/GroupNormLoops.cs", "if (paired <= channels)", "Only speed: the last vector is computed once more, from the same numbers to the same place."),
        new("src/Diffusion/Sampling/DeisSampler.cs", "double b = low == 0 && a < 1e-3 * rhoHigh ? rhoLow : Math.Max(rhoLow, a / 3);", "12 points leave only rounding on a factor of three, too."),
        new("src/Diffusion/Data/ToyData.cs", ": this(\"gaussians\", mixture.LabelCount, 0, (1, 0), (1, 1), _ => default) => Mixture = mixture;", "Not used: a mixture brings its own moments."),
        new("src/Diffusion/Networks/MnistUNetConfiguration.cs", "init => field = value.Count == 4 && value.All(width => width is >= 8 and <= 4097 && width % 8 == 0) ? value", "4097 is no multiple of 8."),
        new("src/Diffusion/Metrics/ImageFormation.cs", "int pixels = steps[1].Images.Length / recorder.Images, width = (int)Math.Round(Math.Sqrt(pixels));", "The images of all steps have the same size, and a run has more than one."),
        new("src/Diffusion/Objectives/MinSnrObjective.cs", "double d = ((level.S * a)) - ((level.G * b)), snr = level.A / level.B;", "The same: d is squared."),
    ];
}

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
        new("src/Diffusion/Networks/UNetBase.cs", "return (int)Math.Clamp(64L * 28 * 28 * 32 / largest, 2, 1024);", "Only speed: how many samples stay in the cache."),
        new("src/Tensors/Kernels/DeepProduct.cs", "int parts = Math.Clamp((ShortestPart) / (depth), 1, MostParts), partDepth = (depth + parts - 1) / parts, size = rows * columns;", "Only speed: into how many parts the depth is cut."),
        new("src/Tensors/Kernels/Adam.cs", "if (at + whole <= to)", "The rest of no weights changes none."),
        new("src/Tensors/Kernels/MaxPool2d.cs", "int rows = shape.Batch * shape.OutSize.Height, perTask = Math.Max(1, Elementwise.TaskLength / Math.Max(1, shape.OutSize.Width / shape.Channels));", "Only speed: how many rows a task has."),
        new("src/Diffusion/Metrics/MemorisationShare.cs", "if (!(p > 0 && b >= 0))", "Where p is above 0, b is not 0."),
        new("src/Tensors/Kernels/MatrixProduct.cs", "bool packA = columns > 512 && (long)rows * depth >= 1 << 19;", "Only speed: which matrices are copied."),
        new("src/Tensors/Threading/Workers.cs", "if (tasks < 1 || s_threads == 1 || !(s_pool ?? Start()).TryRun(kernel, invoke, tasks))", "Only speed: a single task is done by a thread of the pool, or by this one."),
        new("src/Diffusion/Numerics/SymmetricEigen.cs", "double t = (tau > 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + (tau * tau)));", "At tau = 0 a turn by 45 degrees either way makes the element 0."),
        new("src/Diffusion/Data/PosteriorSums.cs", "double error = 3 * (_dimensions + 4) * Rounding * (_squares[row] + (a * largest));", "Only speed: a bound on rounding that is half as large again, so that distances are made from differences a little sooner."),
        new("src/Autograd/GradientCheck.cs", "weights[i] = (i % 2 == 0 ? 1 : -1) / (0.5 + (i * 0.6180339887498949 % 1));", "Weights of different sizes and signs, too."),
        new("src/Diffusion/Numerics/MonotoneCubic.cs", "return (y0 + (u * (d0 + (u * (c2 + (u * c3))))), d0 + (u * ((2 * c2) - (3 * u * c3))));", "Only speed: the slope leads Newton's steps, which bounds that close in keep in place."),
        new("src/Diffusion/Sampling/DeisSampler.cs", "double b = low == 0 && a < 1e-3 / rhoHigh ? rhoLow : Math.Max(rhoLow, a / 2);", "12 points leave only rounding on the larger last piece, too."),
        new("src/Tensors/Kernels/Attention.cs", "T* keysAcross = Scratch<T>.Get(ScratchSlot.Image, (2 * across) + along + (2 * tile) + ((nint)3 * TileRows * pRow));", "Only memory: more than is used."),
        new("src/Tensors/Simd/VectorMath.cs", "x = TVector.Max(Constant<TVector, T>(typeof(T) == typeof(float) ? -104 : -747), x);", "e^-746 and e^-747 are both 0."),
        new("src/Tensors/Kernels/MaxPool2d.cs", "int rows = shape.Batch * shape.OutSize.Height, perTask = Math.Max(2, Elementwise.TaskLength / Math.Max(1, shape.OutSize.Width * shape.Channels));", "Only speed: how many rows a task has."),
        new("src/Diffusion/Metrics/SettlingOrder.cs", "BestPath = _paths.Length == 0 ? _right : _paths[Path > Place.Both ? best : other];", "Other only where a path explains just as much as the place, to the last bit."),
        new("src/Tensors/Kernels/DeepProduct.cs", "depth < ShortestDepth && (long)rows * columns <= LargestC && depth / Deeper >= Math.Max(rows, columns);", "Only speed: which products are cut along their depth."),
        new("src/Autograd/GradientCheck.cs", "weights[i] = (i % 2 == 0 ? 1 : -1) * (0.5 + (i * 0.6180339887498949 % 2));", "Weights of different sizes and signs, too."),
        new("src/Diffusion/Metrics/StrokeSkeleton.cs", "Walk(to, Math.Clamp(dx + X(to) - X(from), -3, 3), Math.Clamp(dy + Y(to) - Y(from), -3, 4));", "Over how many steps the heading is taken is a choice; three or four are as good."),
        new("src/Tensors/Simd/Transposition.cs", ": (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[4], b[3]));", "Runs only where vectors are neither those of x86 nor of ARM, such as in WebAssembly, where no test runs."),
    ];
}

using Diffusion.Tensors.Kernels;

namespace Diffusion.Peers.Cases;

/// <summary>Everything that is compared. A new case is one line here and its <see cref="Work"/>.</summary>
internal static class AllCases
{
    public static IReadOnlyList<Case> List { get; } =
    [
        // Kernels.
        MatrixProduct(64, 64, 64, "matmul-64"),
        MatrixProduct(128, 128, 128, "matmul-128"),
        MatrixProduct(256, 256, 256, "matmul-256"),
        MatrixProduct(512, 512, 512, "matmul-512"),
        MatrixProduct(1024, 1024, 1024, "matmul-1024"),
        MatrixProduct(2048, 2048, 2048, "matmul-2048"),
        MatrixProduct(256, 128, 64, "matmul-256x128x64"),
        MatrixProduct(100352, 32, 288, "matmul-100352x32x288"),
        MatrixProduct(12544, 64, 576, "matmul-12544x64x576"),
        new("matmul-batch-256x196x16x196", "256 matrix products [196, 16] by [16, 196]", () => new BatchedProductWork(256, 196, 196, 16)),
        new("groupnorm-silu", "GroupNorm(8) and SiLU, [64, 32, 28, 28], forward and backward", () => new GroupNormWork(64, 28, 28, 32, 8)),
        new("layernorm-16384x128", "layer normalisation of 16,384 rows of 128, forward and backward", () => new LayerNormWork(16384, 128)),
        new("maxpool-28-32", "max pooling by 2, [64, 32, 28, 28], forward and backward", () => new MaxPool2dWork(new Pool2dShape(64, 28, 28, 32, 2))),
        new("avgpool-28-32", "average pooling by 2, [64, 32, 28, 28], forward and backward", () => new AvgPool2dWork(new Pool2dShape(64, 28, 28, 32, 2))),
        new("upsample-14-32", "nearest up-sampling by 2, [64, 32, 14, 14], forward and backward", () => new UpsampleWork(new UpsampleShape(64, 14, 32, 2))),
        new("softmax-256x196x196", "softmax over the last dimension", () => new SoftmaxWork(256 * 196, 196, [256, 196, 196])),
        new("attention-196x64", "softmax attention, 64 samples of 196 positions, 64 channels, 4 heads, forward and backward", () => new AttentionWork(new AttentionShape(64, 196, 64, 4), linear: false)),
        new("attention-784x32-linear", "linear attention, 64 samples of 784 positions, 32 channels, 4 heads, forward and backward", () => new AttentionWork(new AttentionShape(64, 784, 32, 4), linear: true)),
        new("dropout-1m", "dropout (0.1) of a million numbers, forward and backward", () => new DropoutWork(1024, 1024, 0.1)),
        new("adam-2m", "a step of Adam, 40 tensors of 50,000", () => new AdamWork(40, [200, 250])),
        new("normals-1m", "a million normal numbers", () => new NormalsWork(1 << 20)),
        new("silu-1m", "SiLU of a million numbers", () => new SiluWork(1 << 20)),
        new("exp-1m", "e^x of a million numbers", () => new ExpWork(1 << 20)),
        new(
            "conv1d-64-64-k3", "Conv1d 64 to 64, kernel 3, length 1024, batch 16, forward and backward",
            () => new Conv1dWork(new Conv1dShape(16, 1024, 64, 64, kernel: 3, padding: 1))),
        new(
            "convtranspose1d-64-64-k4-s2", "ConvTranspose1d 64 to 64, kernel 4, stride 2, length 512, batch 16, forward and backward",
            () => new ConvTranspose1dWork(new ConvTranspose1dShape(16, 512, 64, 64, kernel: 4, stride: 2, padding: 1))),
        new(
            "convtranspose2d-64-32-14", "ConvTranspose2d 64 to 32, kernel 4, stride 2, from 14 to 28 pixels, batch 64, forward and backward",
            () => new ConvTranspose2dWork(new ConvTranspose2dShape(64, 14, 14, 64, 32, kernel: 4, stride: 2, padding: 1))),

        Convolution(32, 28, gradients: true),
        Convolution(64, 14, gradients: true),
        Convolution(128, 7, gradients: true),
        Convolution(32, 28, gradients: false),
        Convolution(64, 14, gradients: false),
        Convolution(128, 7, gradients: false),

        // The two-pixel model.
        TwoPixelTraining(64),
        TwoPixelTraining(256),
        TwoPixelTraining(1024),
        TwoPixelTraining(4096),
        new("two-pixel-infer-1", "two-pixel UNet, prediction for one sample", () => new TwoPixelInferenceWork(1), IsModel: true),
        new("two-pixel-infer-64", "two-pixel UNet, prediction for 64 samples", () => new TwoPixelInferenceWork(64), IsModel: true),
        new("two-pixel-infer-5000", "two-pixel UNet, prediction for 5,000 samples", () => new TwoPixelInferenceWork(5000), IsModel: true),
        new("two-pixel-sample-5000", "5,000 samples, T = 50, classifier-free guidance", () => new TwoPixelSamplingWork(5000), IsModel: true),

        // The MNIST model.
        MnistTraining(16),
        MnistTraining(64),
        MnistTraining(128),
        MnistInference(1),
        MnistInference(16),
        MnistInference(64),
    ];

    private static Case MatrixProduct(int m, int n, int k, string name) =>
        new(name, $"matrix product [{m}, {k}] by [{k}, {n}]", () => new MatrixProductWork(m, n, k));

    private static Case Convolution(int channels, int side, bool gradients) => new(
        $"conv2d-{channels}-{side}{(gradients ? "" : "-forward")}",
        $"Conv2d {channels} to {channels}, 3x3, {side} x {side} pixels, batch 64, forward{(gradients ? " and backward" : "")}",
        () => new Conv2dWork(new Conv2dShape(64, side, side, channels, channels, kernel: 3, padding: 1), gradients));

    private static Case TwoPixelTraining(int batch) =>
        new($"two-pixel-train-{batch}", $"two-pixel UNet, training step, batch {batch}", () => new TwoPixelTrainingWork(batch), IsModel: true);

    private static Case MnistTraining(int batch) =>
        new($"mnist-train-{batch}", $"MNIST UNet, training step, batch {batch}", () => new MnistTrainingWork(batch), IsModel: true);

    private static Case MnistInference(int batch) =>
        new($"mnist-infer-{batch}", $"MNIST UNet, prediction for {batch} {(batch == 1 ? "image" : "images")}", () => new MnistInferenceWork(batch), IsModel: true);
}

using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>Which of Winograd's algorithms convolutions take.</summary>
internal enum WinogradUse
{
    /// <summary>What the rule of <see cref="Winograd.TileFor"/> says; the default.</summary>
    ByShape,

    /// <summary>None, as with DIFFUSION_WINOGRAD=off.</summary>
    Off,

    /// <summary>F(2x2, 3x3), or F(2, 3), wherever it can be had, in any precision.</summary>
    Always2,

    /// <summary>F(4x4, 3x3), or F(4, 3), wherever it can be had, in any precision.</summary>
    Always4,
}

/// <summary>
/// When convolutions take one of Winograd's algorithms. Those of 3x3: 2.25 (tiles of 2x2) or 4 (4x4) times fewer multiplications,
/// for some transforms of images and weights and a few bits of accuracy. Those of one row of 3, as of sequences: 1.5 or 2 times fewer.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>What convolutions take; tests set it. Starts as Off where the environment says DIFFUSION_WINOGRAD=off.</summary>
    public static WinogradUse Use { get; set; } = FromSetting(Environment.GetEnvironmentVariable("DIFFUSION_WINOGRAD"));

    /// <summary>What a value of DIFFUSION_WINOGRAD says: "off", or nothing.</summary>
    public static WinogradUse FromSetting(string? value) => string.Equals(value, "off", StringComparison.OrdinalIgnoreCase) ? WinogradUse.Off : WinogradUse.ByShape;

    /// <summary>
    /// The rule: of the algorithms that the shape allows, the one with the fewest multiplications for each pair of channels,
    /// 4 or 2 for tiles of that size, 0 for the definition. In double precision the definition.
    /// </summary>
    public static int TileFor<T>(in Conv2dShape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool possible = shape.Kernel.Width == 3 && shape.Kernel.Height is 1 or 3 && shape.Stride == 1 && shape.Dilation == 1 && shape.Groups == 1
            && shape.InChannels % 16 == 0 && shape.OutChannels % 16 == 0 && shape.Size is { Height: > 0, Width: > 0 };
        if (!possible || Use == WinogradUse.Off)
            return 0;
        if (Use != WinogradUse.ByShape)
            return Use == WinogradUse.Always4 ? 4 : 2;
        if (typeof(T) != typeof(float))
            return 0;

        // Transforming the weights takes as long as the products of about 8 tiles.
        var (batch, size) = (shape.Batch, shape.OutSize);
        bool row = shape.Kernel.Height == 1;
        long Multiplications(int tile) => (row ? 1 : tile + 2) * (tile + 2) * (new WinogradTiles(batch, size, (row ? 1 : tile, tile)).Count + 8L);
        long definition = (long)shape.Kernel.Area * shape.Batch * shape.OutSize.Area, two = Multiplications(2), four = Multiplications(4);
        return definition <= Math.Min(two, four) ? 0 : two < four ? 2 : 4;
    }

    /// <summary>y = conv(x, W) + bias, or y += conv(x, W), with tiles of the given size.</summary>
    public static void Forward<T>(int tile, in Conv2dShape shape, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Correlate(tile, shape.Kernel, shape.Batch, shape.Size, shape.InChannels, shape.OutSize, shape.OutChannels, shape.Padding, x, weight, bias, y, accumulate);

    /// <summary>dx = the transposed convolution of dy with W, plus bias, or dx += it: the forward pass with the kernel turned by 180 degrees.</summary>
    public static void InputGradient<T>(int tile, in Conv2dShape shape, T* dy, ConvWeights<T> weight, T* bias, T* dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Size2d padding = (shape.Kernel.Height - 1 - shape.Padding.Height, shape.Kernel.Width - 1 - shape.Padding.Width);
        var turned = new ConvWeights<T>(weight.Pointer + ((shape.Kernel.Area - 1) * weight.Tap), -weight.Tap, weight.Out, weight.In, weight.Group);
        Correlate(tile, shape.Kernel, shape.Batch, shape.OutSize, shape.OutChannels, shape.Size, shape.InChannels, padding, dy, turned, bias, dx, accumulate);
    }

    /// <summary>dW = the weight gradient, or dW += it.</summary>
    public static void WeightGradient<T>(int tile, in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (shape.Kernel.Height, tile)
        {
            case (1, 4): WinogradWeightGradient<WinogradF1, WinogradF4, T>.Run(shape, x, dy, dWeight, accumulate); break;
            case (1, _): WinogradWeightGradient<WinogradF1, WinogradF2, T>.Run(shape, x, dy, dWeight, accumulate); break;
            case (_, 4): WinogradWeightGradient<WinogradF4, WinogradF4, T>.Run(shape, x, dy, dWeight, accumulate); break;
            default: WinogradWeightGradient<WinogradF2, WinogradF2, T>.Run(shape, x, dy, dWeight, accumulate); break;
        }
    }

    private static void Correlate<T>(
        int tile, Size2d kernel, int batch, Size2d size, int inChannels, Size2d outSize, int outChannels, Size2d padding, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (kernel.Height, tile)
        {
            case (1, 4): WinogradCorrelation<WinogradF1, WinogradF4, T>.Run(batch, size, inChannels, outSize, outChannels, padding, x, weight, bias, y, accumulate); break;
            case (1, _): WinogradCorrelation<WinogradF1, WinogradF2, T>.Run(batch, size, inChannels, outSize, outChannels, padding, x, weight, bias, y, accumulate); break;
            case (_, 4): WinogradCorrelation<WinogradF4, WinogradF4, T>.Run(batch, size, inChannels, outSize, outChannels, padding, x, weight, bias, y, accumulate); break;
            default: WinogradCorrelation<WinogradF2, WinogradF2, T>.Run(batch, size, inChannels, outSize, outChannels, padding, x, weight, bias, y, accumulate); break;
        }
    }

    /// <summary>The step between matrices of so many elements: a cache line more, so that they do not all fall on the same cache sets.</summary>
    public static nint Apart(nint length) => length + 16;
}

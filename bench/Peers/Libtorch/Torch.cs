using Diffusion.Tensors;
using TorchSharp;

namespace Diffusion.Peers.Libtorch;

/// <summary>Moves tensors to libtorch and back.</summary>
internal static class Torch
{
    /// <summary>A copy of a tensor in libtorch's own memory.</summary>
    public static torch.Tensor Copy(Tensor<float> tensor, bool requiresGradient = false)
    {
        using var view = torch.tensor(tensor.Span.ToArray(), [.. tensor.Shape.ToArray().Select(extent => (long)extent)]);
        return view.clone().requires_grad_(requiresGradient);
    }

    /// <summary>A copy of a channels-last tensor [N, ..., C] as libtorch sees it, [N, C, ...], contiguous.</summary>
    public static torch.Tensor CopyChannelsFirst(Tensor<float> tensor, bool requiresGradient = false)
    {
        using var scope = torch.NewDisposeScope();
        return Copy(tensor).permute(ChannelsFirst(tensor.Rank)).contiguous().clone().requires_grad_(requiresGradient).MoveToOuterDisposeScope();
    }

    /// <summary>The same image tensor [N, C, H, W] with its memory in the order N, H, W, C: libtorch's layout with channels last.</summary>
    public static torch.Tensor InChannelsLast(torch.Tensor image)
    {
        using var scope = torch.NewDisposeScope();
        return image.permute(0, 2, 3, 1).contiguous().clone().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The numbers in row-major order.</summary>
    public static float[] Numbers(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().contiguous().data<float>().ToArray();
    }

    /// <summary>The numbers of a tensor in double precision, in row-major order.</summary>
    public static double[] ExactNumbers(torch.Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return tensor.detach().contiguous().data<double>().ToArray();
    }

    /// <summary>[N, C, ...] in our order, [N, ..., C].</summary>
    public static torch.Tensor ChannelsLast(torch.Tensor tensor) => tensor.detach().permute([0, .. Enumerable.Range(2, (int)tensor.dim() - 2).Select(i => (long)i), 1]);

    private static long[] ChannelsFirst(int rank) => [0, rank - 1, .. Enumerable.Range(1, rank - 2).Select(i => (long)i)];
}

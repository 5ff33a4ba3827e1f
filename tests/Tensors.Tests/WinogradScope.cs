using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Tests;

/// <summary>Another choice of Winograd's algorithms until it is disposed.</summary>
internal sealed class WinogradScope : IDisposable
{
    private readonly WinogradUse _before = Winograd.Use;

    public WinogradScope(WinogradUse use) => Winograd.Use = use;

    public void Dispose() => Winograd.Use = _before;
}

using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Tests;

/// <summary>Another number of threads for a while.</summary>
internal readonly ref struct ThreadCountScope
{
    private readonly int _before;

    public ThreadCountScope(int threads)
    {
        _before = Workers.ThreadCount;
        Workers.ThreadCount = threads;
    }

    public void Dispose() => Workers.ThreadCount = _before;
}

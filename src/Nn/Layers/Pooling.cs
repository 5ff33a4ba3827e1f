using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Max pooling of [N, H, W, C]; see <see cref="Operations.MaxPool2d"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="kernel">The window.</param>
/// <param name="stride">How far it moves; null for the window.</param>
/// <param name="padding">Positions added on either side, at most half of the window.</param>
public sealed class MaxPool2d<T>(Size2d kernel, Size2d? stride = null, Size2d? padding = null) : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.MaxPool2d(kernel, stride, padding);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{kernel}", ("stride", stride, null), ("padding", padding, null));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new MaxPool2d<TOther>(kernel, stride, padding);
}

/// <summary>Average pooling of [N, H, W, C]; see <see cref="Operations.AvgPool2d"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="kernel">The window.</param>
/// <param name="stride">How far it moves; null for the window.</param>
/// <param name="padding">Positions added on either side, at most half of the window.</param>
/// <param name="countPadding">Whether the padding counts as zeros; else only what lies in the image counts.</param>
public sealed class AvgPool2d<T>(Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool countPadding = true) : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.AvgPool2d(kernel, stride, padding, countPadding);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{kernel}", ("stride", stride, null), ("padding", padding, null), ("countPadding", countPadding, true));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new AvgPool2d<TOther>(kernel, stride, padding, countPadding);
}

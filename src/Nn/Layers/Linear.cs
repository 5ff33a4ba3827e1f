using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>y = x·W + b over the last dimension: [..., in] to [..., out].</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Linear<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes a layer with PyTorch's first values, uniform in ±1/√in.</summary>
    public Linear(int inFeatures, int outFeatures, WeightInitializer weights, bool bias = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inFeatures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outFeatures);
        Weight = Register("weight", new Parameter<T>(weights.FanIn<T>([inFeatures, outFeatures], inFeatures), WeightLayout.Linear));
        if (bias)
            Bias = Register("bias", new Parameter<T>(weights.FanIn<T>([outFeatures], inFeatures)));
    }

    /// <summary>W, [in, out].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>b, [out], or null.</summary>
    public Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Linear(Weight, Bias);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{Weight.Shape[0]}, {Weight.Shape[1]}", ("bias", Bias is not null, true));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Linear<TOther>(Weight.Shape[0], Weight.Shape[1], WeightInitializer.Blank, Bias is not null);
}

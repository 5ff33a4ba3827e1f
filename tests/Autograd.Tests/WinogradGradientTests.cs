using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Autograd.Tests;

/// <summary>Winograd's algorithms are for float, where finite differences say little; in double precision they are checked like any other operation.</summary>
[Category("Gradients")]
public sealed class WinogradGradientTests
{
    [Test]
    public void Gradients_agree_with_finite_differences([Values(2, 4)] int tile, [Values(1, 3)] int height)
    {
        var before = Winograd.Use;
        Winograd.Use = tile == 2 ? WinogradUse.Always2 : WinogradUse.Always4;
        try
        {
            Assert.That(Winograd.TileFor<double>(new(2, 6, 5, 16, 16, (height, 3), padding: 1)), Is.EqualTo(tile));
            var draw = new Draw([2, 6, 5, 16, 1, 1, 1, 1]);
            var point = GradientRow.Accumulating(
                Draw.At(v => v[0].Conv2d(v[1], v[2], padding: 1), draw.Numbers([2, 6, 5, 16]), draw.Numbers([height, 3, 16, 16]), draw.Numbers([16])));
            var report = GradientCheck.Run(point.Function, point.Inputs, ["x", "weight", "bias"]);
            Assert.That(report.Passed, report.ToString());
        }
        finally
        {
            Winograd.Use = before;
        }
    }
}

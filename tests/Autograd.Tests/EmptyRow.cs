using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Autograd.Tests;

/// <summary>
/// One row of the table of empty tensors: an operation, the shapes of its inputs, some of which have no elements, how it is called,
/// and what must come out. A new operation gets a row in <see cref="EmptyTable"/>; a test names those that have none.
/// </summary>
/// <param name="Name">What is tried.</param>
/// <param name="Inputs">The shapes of the inputs; those that have elements are filled with ones.</param>
/// <param name="Call">The operation.</param>
/// <param name="Result">The shape of the result.</param>
/// <param name="Value">What every element of the result is, where there is one.</param>
/// <param name="Gradient">What every element of every gradient is, where there is one.</param>
internal sealed record EmptyRow<T>(string Name, Shape[] Inputs, Func<Variable<T>[], Variable<T>> Call, Shape Result, double Value = double.NaN, double Gradient = 0)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override string ToString() => Name;
}

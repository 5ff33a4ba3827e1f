namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The weights of a convolution seen by strides: W[k, c, o] of group g is at k·Tap + c·In + o·Out + g·Group, with k over the
/// taps of all rows of the kernel, and c and o within the group. A transposed convolution has the same weights with c and o
/// exchanged, and so has the way back.
/// </summary>
internal readonly unsafe struct ConvWeights<T>(T* pointer, nint tap, nint @in, nint @out, nint group)
    where T : unmanaged
{
    public T* Pointer => pointer;

    public nint Tap => tap;

    public nint In => @in;

    public nint Out => @out;

    public nint Group => group;

    /// <summary>Weights of a convolution: [Kh, Kw, Cin/groups, Cout].</summary>
    public static ConvWeights<T> Direct(in Conv2dShape shape, T* weight) =>
        new(weight, (nint)shape.GroupIn * shape.OutChannels, shape.OutChannels, 1, shape.GroupOut);

    /// <summary>Weights of the transposed convolution whose adjoint is <paramref name="shape"/>: [Kh, Kw, Cout, Cin/groups] in the adjoint's names.</summary>
    public static ConvWeights<T> Transposed(in Conv2dShape shape, T* weight) =>
        new(weight, (nint)shape.GroupIn * shape.OutChannels, 1, shape.GroupIn, (nint)shape.GroupIn * shape.GroupOut);

    /// <summary>The same weights on the way back, from output to input channels.</summary>
    public ConvWeights<T> Reversed => new(pointer, tap, @out, @in, group);

    /// <summary>Whether (k, c) is one evenly spaced index, so that the weights of all taps are one matrix [Kh·Kw·Cin, Cout].</summary>
    public bool IsMatrix(in Conv2dShape shape) => shape.Groups == 1 && (shape.Kernel.Area == 1 || tap == shape.GroupIn * @in);
}

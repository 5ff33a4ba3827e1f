using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The weights of a convolution seen by strides: W[k, c, o] is at k·Tap + c·In + o·Out, with c within the group and o over
/// all output channels. A transposed convolution has the same weights with c and o exchanged.
/// </summary>
internal readonly unsafe struct ConvWeights<T>(T* pointer, nint tap, nint @in, nint @out)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T* Pointer => pointer;

    public nint Tap => tap;

    public nint In => @in;

    public nint Out => @out;

    /// <summary>Weights of a convolution: [K, Cin/groups, Cout].</summary>
    public static ConvWeights<T> Direct(in Conv1dShape shape, T* weight) =>
        new(weight, (nint)shape.GroupIn * shape.OutChannels, shape.OutChannels, 1);

    /// <summary>Weights of the transposed convolution whose adjoint is <paramref name="shape"/>: [K, Cout, Cin/groups] in the adjoint's names.</summary>
    public static ConvWeights<T> Transposed(in Conv1dShape shape, T* weight) =>
        new(weight, (nint)shape.GroupIn * shape.OutChannels, 1, shape.GroupIn);

    /// <summary>Whether (k, c) is one evenly spaced index, so that the weights of all taps are one matrix [K·Cin, Cout].</summary>
    public bool IsMatrix(in Conv1dShape shape) => shape.Kernel == 1 || tap == shape.GroupIn * @in;

    /// <summary>How many taps one product takes: all where neither dilation nor groups stand between them.</summary>
    public static int TapsTogether(in Conv1dShape shape) => shape.Groups == 1 && shape.Dilation == 1 ? shape.Kernel : 1;

    /// <summary>
    /// The weights in panels for MatrixBlock: for the forward pass [taps·Cin, Cout] for each group and each run of taps; for
    /// the backward pass [Cout, Cin] for each group and tap. The memory is the calling thread's scratch.
    /// </summary>
    public T* Pack(in Conv1dShape shape, bool backward)
    {
        int taps = backward ? 1 : TapsTogether(shape);
        int depth = backward ? shape.GroupOut : taps * shape.GroupIn, columns = backward ? shape.GroupIn : shape.GroupOut;
        int pieces = shape.Groups * shape.Kernel / taps;
        T* packed = Scratch<T>.Get(ScratchSlot.PackedB, pieces * depth * ((columns + 31) / 32 * 32));
        Workers.Run<PackKernel, T>(new PackKernel { Shape = shape, Weights = this, Taps = taps, Backward = backward, Packed = packed }, 1);
        return packed;
    }

    private struct PackKernel : IKernel<T>
    {
        public Conv1dShape Shape;
        public ConvWeights<T> Weights;
        public int Taps;
        public bool Backward;
        public T* Packed;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* target = Packed;
            for (int g = 0; g < Shape.Groups; g++)
            {
                T* group = Weights.Pointer + (g * Shape.GroupOut * Weights.Out);
                for (int k = 0; k < Shape.Kernel; k += Taps)
                {
                    if (Backward)
                    {
                        MatrixBlock.Pack<TVector, T>(Shape.GroupOut, Shape.GroupIn, group + (k * Weights.Tap), Weights.Out, Weights.In, target);
                        target += MatrixBlock.PackedLength<TVector, T>(Shape.GroupOut, Shape.GroupIn);
                        continue;
                    }

                    for (int t = 0; t < Taps; t++)
                    {
                        MatrixBlock.Pack<TVector, T>(
                            Shape.GroupIn, Shape.GroupOut, group + ((k + t) * Weights.Tap), Weights.In, Weights.Out, target, Taps * Shape.GroupIn, t * Shape.GroupIn);
                    }

                    target += MatrixBlock.PackedLength<TVector, T>(Taps * Shape.GroupIn, Shape.GroupOut);
                }
            }
        }
    }
}

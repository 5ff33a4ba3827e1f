using System.Reflection;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Sizes at which products, sums and differences of integers wrap, and the kinds of answer that are allowed.</summary>
internal static class Extremes
{
    public static readonly int[] Sizes = [int.MinValue, -1, 0, 1, 2, 3, 1 << 15, 1 << 16, 1 << 30, int.MaxValue];

    /// <summary>Every choice of one size for each of so many arguments.</summary>
    public static IEnumerable<int[]> Choices(int arguments, int[]? sizes = null) => arguments == 0
        ? [[]]
        : Choices(arguments - 1, sizes).SelectMany(choice => (sizes ?? Sizes).Select(size => (int[])[.. choice, size]));

    /// <summary>What is made, with every property read; null where an <see cref="ArgumentException"/> says that it cannot be.</summary>
    public static TShape? Make<TShape>(Func<TShape> make)
        where TShape : struct
    {
        TShape shape;
        try
        {
            shape = make();
        }
        catch (ArgumentException)
        {
            return null;
        }

        foreach (var property in typeof(TShape).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0))
            _ = property.GetValue(shape);
        return shape;
    }

    /// <summary>Whether a call ends well, or in an <see cref="ArgumentException"/>; what else it throws, it throws.</summary>
    public static bool IsLegal(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

using System.Numerics;
using System.Reflection;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd.Tests;

/// <summary>What there is to be tested, found by reflection: so that what is new and in no table is named.</summary>
internal static class Library
{
    private static readonly Type[] NoOperations =
    [
        typeof(GreaterFunction<>), typeof(GreaterOrEqualFunction<>), typeof(EqualFunction<>), typeof(AddScaledFunction<>), typeof(MoveFunction<>),
        typeof(SquaredDifferenceFunction<>), typeof(ExpDifferenceFunction<>),
    ];

    // Of losses and norms; tests/Tensors.Tests/Kernels holds these, and those above, against the textbook.
    private static readonly Type[] PartsOfOthers = [typeof(RootFunction<>), typeof(HuberFunction<>), typeof(BinaryCrossEntropyFunction<>)];

    /// <summary>Every kind of operation, and every function that one of the drivers runs.</summary>
    public static IEnumerable<Type> Parts => typeof(Operation<>).Assembly.GetTypes().Where(IsOperation).Concat(
        typeof(IUnaryFunction<>).Assembly.GetTypes().Where(type => IsFunction(type, typeof(IUnaryFunction<>)) || IsFunction(type, typeof(IBinaryFunction<>))).Where(type => !IsNoOperation(type)));

    /// <summary>What a user calls.</summary>
    public static IEnumerable<MethodInfo> PublicOperations => new[] { typeof(Operations), typeof(Loss) }.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly));

    /// <summary>The functions that are operations by themselves: those of <see cref="ElementTable"/>.</summary>
    public static IEnumerable<Type> ElementFunctions => Parts.Where(type => type.IsValueType && !PartsOfOthers.Contains(type));

    /// <summary>The kinds and functions among the operations of a tape.</summary>
    public static void Collect<T>(Tape<T> tape, HashSet<string> names)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (var type in tape.Operations.Select(operation => operation.GetType()))
        {
            _ = names.Add(type.Name);
            names.UnionWith(type.GetGenericArguments().Where(argument => argument.IsGenericType).Select(argument => argument.Name));

            // Scale and Shift have operations of their own beside their functions.
            _ = names.Add(type.Name.Replace("Operation", "Function", StringComparison.Ordinal));
        }
    }

    // Masks are constants, steps of moving averages and sums in place are no operations, and the differences are parts of reductions.
    private static bool IsNoOperation(Type type) => NoOperations.Contains(type);

    private static bool IsFunction(Type type, Type kind) =>
        type.IsValueType && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == kind);

    private static bool IsOperation(Type type)
    {
        for (var at = type.BaseType; at is not null && !type.IsAbstract; at = at.BaseType)
        {
            if (at.IsGenericType && at.GetGenericTypeDefinition() == typeof(Operation<>))
                return true;
        }

        return false;
    }
}

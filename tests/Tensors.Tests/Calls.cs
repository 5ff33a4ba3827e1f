using System.Reflection;
using System.Reflection.Emit;

namespace Diffusion.Tensors.Tests;

/// <summary>Which methods some code calls, read from its instructions: so that a test can say what no test runs.</summary>
internal static class Calls
{
    /// <summary>The methods that are called, or made a delegate of, by all code of a type and of what is nested in it.</summary>
    public static IEnumerable<MethodBase> Of(Type type) =>
        type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance).Cast<MethodBase>()
            .Concat(type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)).SelectMany(Of)
            .Concat(type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).SelectMany(Of));

    /// <summary>The methods that one method calls.</summary>
    public static IEnumerable<MethodBase> Of(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType?.GetGenericArguments(), ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int i = 0; i + 5 <= code.Length; i++)
        {
            bool isCall = code[i] == OpCodes.Call.Value || code[i] == OpCodes.Callvirt.Value || (i > 0 && code[i - 1] == 0xFE && code[i] == (OpCodes.Ldftn.Value & 0xFF));

            // What looks like a call may be a part of another instruction; then its token names nothing, or something that is not asked for.
            if (isCall && BitConverter.ToInt32(code, i + 1) is var token && (token >>> 24) is 0x06 or 0x0A or 0x2B && Resolve(method.Module, token, ofType, ofMethod) is { } called)
                yield return called;
        }
    }

    private static MethodBase? Resolve(Module module, int token, Type[]? ofType, Type[]? ofMethod)
    {
        try
        {
            return module.ResolveMethod(token, ofType, ofMethod);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

using System.Reflection;
using Diffusion.Tensors.Kernels;
using NUnit.Framework;

namespace Diffusion.Tensors.Tests.Kernels;

/// <summary>Every kernel is held against the textbook, and tried with one, two and three threads: what is missing is named.</summary>
public sealed class CoverageTests
{
    private static readonly Type[] TestClasses = [.. typeof(CoverageTests).Assembly.GetTypes().Where(type => !type.IsNested && type != typeof(CoverageTests))];

    // The classes of methods over spans of numbers. Random ones are tried through their stream.
    private static IEnumerable<Type> Kernels() => typeof(Elementwise).Assembly.GetTypes().Where(type =>
        type.Namespace == typeof(Elementwise).Namespace && !type.IsNested && type is { IsAbstract: true, IsSealed: true } && type != typeof(RandomKernels) &&
        type.GetMethods(BindingFlags.Public | BindingFlags.Static).Any(method => method.GetParameters().Any(parameter => IsNumbers(parameter.ParameterType))));

    [Test]
    public void Every_kernel_is_compared_with_the_textbook()
    {
        string book = typeof(Reference.Elementwise).Namespace!;
        HashSet<string>[] called = [.. TestClasses.Select(type => Calls.Of(type).Select(method => method.DeclaringType).OfType<Type>().Select(type => type.FullName ?? "").ToHashSet())];
        var missing = Kernels().Where(kernel => !called.Any(names => names.Contains(kernel.FullName!) && names.Any(name => name.StartsWith(book, StringComparison.Ordinal))));
        Assert.That(missing, Is.Empty, "kernels that no class of tests/Tensors.Tests calls beside a textbook version; write one in src/Tensors/Reference and tests/Tensors.Tests/Kernels/(name)Tests.cs");
    }

    [Test]
    public void Every_kernel_is_tried_with_several_threads()
    {
        var called = Calls.Of(typeof(ThreadCountTests<>)).Select(method => method.DeclaringType?.Name).ToHashSet();
        Assert.That(Kernels().Where(kernel => !called.Contains(kernel.Name)), Is.Empty, "kernels without a row in tests/Tensors.Tests/Kernels/ThreadCountTests.cs");
    }

    private static bool IsNumbers(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Span<>) || type.GetGenericTypeDefinition() == typeof(ReadOnlySpan<>)) && type.GetGenericArguments()[0].IsGenericMethodParameter;
}

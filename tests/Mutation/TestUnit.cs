namespace Diffusion.Mutation;

/// <summary>A class of tests, and the variable of the environment with which it runs, such as one that takes the widest vectors away.</summary>
/// <param name="Project">The project of tests, such as Nn.Tests.</param>
/// <param name="Class">The full name of the class.</param>
/// <param name="Environment">NAME=VALUE, or nothing.</param>
internal sealed record TestUnit(string Project, string Class, string Environment)
{
    /// <summary>The projects of tests, from the bottom of the libraries to the top.</summary>
    public static IReadOnlyList<string> Projects { get; } = ["Tensors.Tests", "Autograd.Tests", "Nn.Tests", "Diffusion.Tests", "Outside.Tests"];

    /// <summary>The library with code of its own for each width of vectors.</summary>
    public const string KernelLibrary = "Tensors";

    /// <summary>The environments in which tests of kernels run besides: narrower vectors, and none.</summary>
    public static IReadOnlyList<string> Narrow { get; } = ["DOTNET_EnableAVX512=0", "DOTNET_EnableAVX2=0", "DOTNET_EnableHWIntrinsic=0"];

    /// <summary>The name without that of the project.</summary>
    public string Short => Class[(Class.LastIndexOf('.') + 1)..];
}

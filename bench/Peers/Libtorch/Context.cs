using System.Runtime.InteropServices;

namespace Diffusion.Peers.Libtorch;

/// <summary>Settings of libtorch that TorchSharp does not offer: members of at::Context, by the names that the library exports.</summary>
internal static partial class Context
{
    private const string Library = "libtorch_cpu.so";

    /// <summary>NNPACK is a second library for convolutions. On processors that it does not know, each call writes a warning, which takes longer than small convolutions.</summary>
    public static void SwitchOffNnpack() => SetNnpack(Global(), false);

    /// <summary>Runs something without oneDNN, whose convolutions in float are wrong on some processors; what libtorch has of its own takes its place.</summary>
    public static Action WithoutOneDnn(Action run) => () =>
    {
        SetOneDnn(Global(), false);
        try
        {
            run();
        }
        finally
        {
            SetOneDnn(Global(), true);
        }
    };

    [LibraryImport(Library, EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint Global();

    [LibraryImport(Library, EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    private static partial void SetOneDnn(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void SetNnpack(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);
}

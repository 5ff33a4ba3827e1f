namespace Diffusion.Peers;
internal static class Scaling { public static int Run(Options options) => 0; }
internal sealed record ScalingPoint(string Axis);

namespace Diffusion.Peers;
internal static class Profile { public static int Run(string name, int threads) => 0; }

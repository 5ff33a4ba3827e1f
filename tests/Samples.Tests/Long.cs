namespace Diffusion.Samples.Tests;

/// <summary>Tests of half a minute each, which <c>dotnet test</c> leaves to <c>.ci/run</c>.</summary>
internal static class Long
{
    public const string Name = "Long";

    public const string Why = "Takes long; run with --filter TestCategory=Long --settings tests/Statistics.runsettings.";
}

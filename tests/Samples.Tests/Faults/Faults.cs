namespace Diffusion.Samples.Tests.Faults;

/// <summary>Programs under faults, about two minutes in all, which <c>dotnet test</c> leaves to <c>.ci/run</c>: docs/faults.md.</summary>
internal static class Faults
{
    public const string Name = "Faults";

    public const string Why = "Takes long; run with --filter TestCategory=Faults --settings tests/Statistics.runsettings.";
}

namespace Diffusion.Playground.Settings;

/// <summary>What a visitor asked for is not accepted: an answer 4xx with one line that names the thing, its value and what is accepted.</summary>
/// <param name="status">The status of the answer, 400 to 499.</param>
/// <param name="message">The line.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The status of the answer.</summary>
    public int Status { get; } = status;
}

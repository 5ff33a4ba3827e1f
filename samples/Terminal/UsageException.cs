namespace Diffusion.Terminal;

/// <summary>The command was used wrongly: exit code 2.</summary>
public sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);

namespace Diffusion.Onnx;

/// <summary>What cannot be exported, and why, in one line.</summary>
public sealed class ExportException : InvalidOperationException
{
    /// <summary>With a reason.</summary>
    public ExportException(string message)
        : base(message)
    {
    }

    /// <summary>With a reason and what failed below.</summary>
    public ExportException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Without a reason.</summary>
    public ExportException()
    {
    }
}

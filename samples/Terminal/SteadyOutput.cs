using System.Text;

namespace Diffusion.Terminal;

/// <summary>
/// Standard output that may be lost on the way: a terminal is closed, the disk is full that it goes to, or there is none. What a run says
/// is not what it is for: it goes on, and its end tells.
/// </summary>
internal sealed class SteadyOutput(TextWriter inner) : TextWriter
{
    /// <summary>Why nothing is written any more; null as long as all was.</summary>
    public string? Lost { get; private set; }

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        if (Lost is not null)
            return;
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Lost = e.Message;
        }
    }
}

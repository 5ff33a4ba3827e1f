namespace Diffusion.Nn.Serialization;

/// <summary>What a message shows of a file's text, which may be anything.</summary>
public static class Excerpt
{
    /// <summary>The first characters, without control characters and such as are no text; "..." tells that there were more.</summary>
    /// <param name="text">A line or a field.</param>
    /// <param name="most">How many characters are shown at most.</param>
    public static string Of(string text, int most = 60)
    {
        string shown = string.Concat(text.Take(most).Select(c => char.IsControl(c) || c == '\uFFFD' ? '?' : c));
        return text.Length > most ? shown + "..." : shown;
    }
}

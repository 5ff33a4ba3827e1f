using System.Text.Json.Serialization;

namespace Diffusion.Metrics;

/// <summary>What the errors on training data and on held-out data say of a denoiser at one time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MemorisationVerdict>))]
public enum MemorisationVerdict
{
    /// <summary>The errors do not tell: too few points, or so much noise that a denoiser that knows the data by heart has the same errors.</summary>
    NotToldApart = 0,

    /// <summary>
    /// It knows its training data hardly better than others: the share by heart is certainly less than <see cref="MemorisationAtTime.LeastPart"/>, a quarter.
    /// How well it knows either is not said: so it is with a denoiser that has learned the distribution, and with one that has learned nothing.
    /// </summary>
    NotByHeart = 1,

    /// <summary>It knows its training data better than others, but the share by heart is not certainly more than a half.</summary>
    InPart = 2,

    /// <summary>It knows its training data by heart: the share is certainly more than a half.</summary>
    Memorised = 3,
}

/// <summary>Words for verdicts.</summary>
public static class MemorisationVerdicts
{
    /// <summary>The verdict in words that end a sentence about a denoiser.</summary>
    public static string Words(this MemorisationVerdict verdict) => verdict switch
    {
        MemorisationVerdict.NotByHeart => "not by heart",
        MemorisationVerdict.InPart => "in part by heart",
        MemorisationVerdict.Memorised => "by heart",
        _ => "not told apart",
    };
}

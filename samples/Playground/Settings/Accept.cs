using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Playground.Settings;

/// <summary>Values of a visitor's settings as they are given, or a refusal.</summary>
internal static class Accept
{
    /// <summary>A finite number in [least, most].</summary>
    /// <exception cref="RefusedException">Any other.</exception>
    public static T Between<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : INumber<T> => value >= least && value <= most ? value
            : throw new RefusedException(400, FormattableString.Invariant($"{name} is {value}; accepted is {least} to {most}."));

    /// <summary>One of some names.</summary>
    /// <exception cref="RefusedException">Any other.</exception>
    public static string OneOf(string? value, IReadOnlyCollection<string> names, [CallerMemberName] string name = "") => value is not null && names.Contains(value) ? value
        : throw new RefusedException(400, $"{name} is {(value is null ? "missing" : $"'{Short(value)}'")}; accepted are {string.Join(", ", names)}.");

    /// <summary>A list of from <paramref name="least"/> to <paramref name="most"/> members.</summary>
    /// <exception cref="RefusedException">Another number of them, or one that is null.</exception>
    public static IReadOnlyList<T> Count<T>(IReadOnlyList<T>? values, int least, int most, [CallerMemberName] string name = "")
        where T : class
    {
        int count = values?.Count ?? 0;
        if (count < least || count > most)
            throw new RefusedException(400, $"{name} has {count} members; accepted are {least} to {most}.");
        return values?.Contains(null!) == true ? throw new RefusedException(400, $"{name} has a member that is null.") : values ?? [];
    }

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Numerics;

/// <summary>Values of settings as they are given, or an exception that names the setting, the value and what is accepted.</summary>
internal static class Accepted
{
    /// <exception cref="ArgumentOutOfRangeException">Outside of [least, most].</exception>
    public static T Between<T>(T value, T least, T most, [CallerMemberName] string name = "")
        where T : INumber<T> => value >= least && value <= most ? value
            : throw Refused(name, value, FormattableString.Invariant($"accepted is {least} to {most}."));

    /// <exception cref="ArgumentOutOfRangeException">Less, or not finite.</exception>
    public static T AtLeast<T>(T value, T least, [CallerMemberName] string name = "")
        where T : INumber<T> => value >= least && T.IsFinite(value) ? value
            : throw Refused(name, value, FormattableString.Invariant($"it must be at least {least}."));

    /// <exception cref="ArgumentOutOfRangeException">0, negative, or not finite.</exception>
    public static double Positive(double value, [CallerMemberName] string name = "") => value > 0 && double.IsFinite(value) ? value
        : throw Refused(name, value, "it must be positive.");

    /// <exception cref="ArgumentOutOfRangeException">Odd, or outside of [2, most].</exception>
    public static int Even(int value, int most, [CallerMemberName] string name = "") => value >= 2 && value <= most && value % 2 == 0 ? value
        : throw Refused(name, value, $"accepted are even numbers from 2 to {most}.");

    /// <exception cref="ArgumentOutOfRangeException">Not a member.</exception>
    public static TEnum Defined<TEnum>(TEnum value, [CallerMemberName] string name = "")
        where TEnum : struct, Enum => Enum.IsDefined(value) ? value
            : throw Refused(name, value, $"accepted are {string.Join(", ", Enum.GetNames<TEnum>())}.");

    private static ArgumentOutOfRangeException Refused(string name, object value, string accepted) =>
        new(name, value, FormattableString.Invariant($"{name} is {value}; ") + accepted);
}

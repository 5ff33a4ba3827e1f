using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Diffusion.Terminal;

/// <summary>Options whose values are checked while the command line is read: what is not accepted is named with what is.</summary>
public static class Options
{
    /// <summary>The number of threads.</summary>
    public static Option<int?> Threads { get; } = Whole("--threads", "N", 1, 1024,
        "Threads, 1 to 1024; results do not depend on it. Default: DIFFUSION_THREADS, or the processors of the process.");

    /// <summary>The seed of everything random.</summary>
    public static Option<ulong?> Seed { get; } = Make<ulong?>("--seed", "N", "The seed of everything random, 0 to 18446744073709551615. Default: 0.", text =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : null, "a whole number from 0 to 18446744073709551615");

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int?> Whole(string name, string help, int least, int most, string description) => Make<int?>(
        name, help, description,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value : null,
        $"a whole number from {least} to {most}");

    /// <summary>A finite number from <paramref name="least"/> to <paramref name="most"/>; <see cref="double.Epsilon"/> as the least means above 0.</summary>
    public static Option<double?> Real(string name, string help, double least, double most, string description) => Make<double?>(
        name, help, description,
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && value >= least && value <= most ? value : null,
        double.IsInfinity(least) ? "a finite number" : least == double.Epsilon ? "a number above 0" : $"a number from {least} to {(most < 1 ? "below 1" : most)}");

    /// <summary>A member of an enumeration, by its name in small letters.</summary>
    public static Option<TEnum?> Choice<TEnum>(string name, TEnum standard, string description)
        where TEnum : struct, Enum
    {
        string[] names = [.. Enum.GetNames<TEnum>().Select(n => n.ToLowerInvariant())];
        return Make<TEnum?>(
            name, string.Join('|', names), $"{description}. Default: {standard.ToString().ToLowerInvariant()}.",
            text => names.Contains(text.ToLowerInvariant()) ? Enum.Parse<TEnum>(text, ignoreCase: true) : null, string.Join(", ", names));
    }

    /// <summary>One of some values, told by their names, with a default.</summary>
    public static Option<T?> Choice<T>(string name, IReadOnlyList<T> values, T standard, string description)
        where T : class => OneOf(name, values, $"{description}. Default: {standard.ToString()!.ToLowerInvariant()}.");

    /// <summary>One of some values, told by their names.</summary>
    public static Option<T?> OneOf<T>(string name, IReadOnlyList<T> values, string description)
        where T : class
    {
        string[] names = [.. values.Select(value => value.ToString()!.ToLowerInvariant())];
        return Make<T?>(
            name, string.Join('|', names), description,
            text => names.IndexOf(text.ToLowerInvariant()) is >= 0 and var at ? values[at] : null, string.Join(", ", names));
    }

    /// <summary>A text: a file, a folder, or a name.</summary>
    public static Option<string?> Text(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    /// <summary>Whole numbers separated by commas, each from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int[]?> Wholes(string name, string help, int least, int most, string description) => Make<int[]?>(
        name, help, description,
        text =>
        {
            string[] parts = text.Split(',');
            int[] values = new int[parts.Length];
            for (int i = 0; i < parts.Length; i++)
            {
                if (!int.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out values[i]) || values[i] < least || values[i] > most)
                    return null;
            }

            return values;
        },
        $"whole numbers from {least} to {most}, separated by commas");

    /// <summary>The list that was given, or null; System.CommandLine makes an empty one of none.</summary>
    public static int[]? GetList(this ParseResult result, Option<int[]?> option) => result.GetValue(option) is { Length: > 0 } list ? list : null;

    /// <summary>An option with a parser of its own, which gives null for what is not accepted.</summary>
    public static Option<TValue> Make<TValue>(string name, string help, string description, Func<string, TValue> parse, string accepted) => new(name)
    {
        HelpName = help,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = argument =>
        {
            string text = argument.Tokens.Count > 0 ? argument.Tokens[0].Value : "";
            var value = parse(text);
            if (value is null)
                argument.AddError($"{name} is '{text}'; accepted is {accepted}.");
            return value;
        },
    };

    /// <summary>Adds options to a command.</summary>
    public static void AddAll(this Command command, params IEnumerable<Option> options)
    {
        foreach (var option in options)
            command.Add(option);
    }
}

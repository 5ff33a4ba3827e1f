using System.Globalization;

namespace Diffusion.Peers;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage =
        "usage: Peers [NAME...] [--threads 1,2] [--processes N] [--seconds S] [--json FILE] [--list] " +
        "[--scaling] [--profile NAME] [--markdown FILE] [--spoil SIDE]";

    /// <summary>Cases whose names begin with one of these; all cases where there is none.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The numbers of threads, one row of the table for each.</summary>
    public IReadOnlyList<int> Threads { get; init; } = Environment.ProcessorCount > 1 ? [Environment.ProcessorCount, 1] : [1];

    /// <summary>How many processes measure, one after the other.</summary>
    public int Processes { get; init; } = 3;

    /// <summary>The time for each case, number of threads and process.</summary>
    public double Seconds { get; init; } = 2;

    /// <summary>Where results are written to; or read from, for <see cref="Markdown"/>.</summary>
    public string? Json { get; init; }

    public bool List { get; init; }

    public bool Scaling { get; init; }

    /// <summary>The case whose step is taken apart.</summary>
    public string? Profile { get; init; }

    /// <summary>The document whose table is written anew from the results.</summary>
    public string? Markdown { get; init; }

    /// <summary>The side whose numbers are made wrong on purpose, "ours" or a way of libtorch: a control of the checks.</summary>
    public string? Spoil { get; init; }

    /// <summary>Set in the processes that this one starts: measure, and write results to standard output.</summary>
    public bool Child { get; init; }

    /// <summary>Set in the processes that measure memory: the side, "ours" or a variant of libtorch.</summary>
    public string? MemoryOf { get; init; }

    /// <exception cref="UsageException">What was asked for makes no sense; the message says why.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        var names = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-'))
            {
                names.Add(argument);
                continue;
            }

            string Value() => ++i < arguments.Length ? arguments[i] : throw new UsageException($"{argument} needs a value");
            options = argument switch
            {
                "--threads" => options with { Threads = [.. Value().Split(',').Select(part => Integer(argument, part, 1024))] },
                "--processes" => options with { Processes = Integer(argument, Value(), 100) },
                "--seconds" => options with { Seconds = Number(argument, Value()) },
                "--json" => options with { Json = Value() },
                "--list" => options with { List = true },
                "--scaling" => options with { Scaling = true },
                "--profile" => options with { Profile = Value() },
                "--markdown" => options with { Markdown = Value() },
                "--spoil" => options with { Spoil = Value() },
                "--child" => options with { Child = true },
                "--memory-of" => options with { MemoryOf = Value() },
                _ => throw new UsageException($"there is no option {argument}"),
            };
        }

        return options with { Names = names };
    }

    private static int Integer(string option, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 && value <= most
            ? value
            : throw new UsageException($"{option} takes numbers from 1 to {most}, not '{text}'");

    private static double Number(string option, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value > 0 && value <= 3600
            ? value
            : throw new UsageException($"{option} takes a number of seconds up to 3600, not '{text}'");
}

/// <summary>A command line that makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);

using System.Globalization;

namespace Diffusion.Guard;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = "usage: Guard [CASE...] [--against COMMIT] [--slower PERCENT] [--seconds S] [--threads N]";

    /// <summary>The cases to time; all where there is none.</summary>
    public IReadOnlyList<string> Cases { get; init; } = [];

    /// <summary>The commit to compare with; null: the last one where src has changes that are in none, else the one before.</summary>
    public string? Against { get; init; }

    /// <summary>How much slower a case may be.</summary>
    public double Percent { get; init; } = 10;

    /// <summary>The time for each case; three times as long where it seems slower.</summary>
    public double Seconds { get; init; } = 3;

    public int Threads { get; init; } = 1;

    /// <summary>Set in the processes that this one starts: time what is asked for on standard input.</summary>
    public bool Worker { get; init; }

    /// <exception cref="UsageException">What was asked for makes no sense; the message says why.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        var cases = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            string Value() => ++i < arguments.Length ? arguments[i] : throw new UsageException($"{argument} needs a value");
            options = argument switch
            {
                "--against" => options with { Against = Value() },
                "--slower" => options with { Percent = Number(argument, Value(), 1000) },
                "--seconds" => options with { Seconds = Number(argument, Value(), 600) },
                "--threads" => options with { Threads = (int)Number(argument, Value(), 1024) },
                "--worker" => options with { Worker = true },
                _ => Guard.Cases.All.ContainsKey(argument) ? options : throw new UsageException($"there is no case or option '{argument}'; cases are {string.Join(", ", Guard.Cases.All.Keys)}"),
            };
            if (!argument.StartsWith('-'))
                cases.Add(argument);
        }

        return options with { Cases = cases.Count == 0 ? [.. Guard.Cases.All.Keys] : cases };
    }

    private static double Number(string option, string text, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value >= 1 && value <= most
            ? value
            : throw new UsageException($"{option} takes a number from 1 to {most}, not '{text}'");
}

/// <summary>A command line that makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What could not be done; the message says what and why.</summary>
internal sealed class FailedException(string message) : Exception(message);

using System.Globalization;
using System.Text;
using System.Text.Json;
using Diffusion.Peers.Measurement;

namespace Diffusion.Peers.Reporting;

/// <summary>Tables of results, for the terminal and for the documentation.</summary>
internal static class Report
{
    private const string Begin = "<!-- peers: begin -->", End = "<!-- peers: end -->";
    private const double NoticeableShare = 0.03;

    public static string Progress(int process, int processes, Measured measured) => measured.Passed
        ? $"[{process}/{processes}] {measured.Case,-28} {measured.Threads} threads  ratio {Statistics.Median([.. measured.Pairs.Select(pair => pair.Ratio)]),6:F2}  " +
          $"ours {Time(Statistics.Median([.. measured.Pairs.Select(pair => pair.Ours)]))}  libtorch {Time(Statistics.Median([.. measured.Pairs.Select(pair => pair.Libtorch)]))} ({measured.Variant})"
        : $"[{process}/{processes}] {measured.Case,-28} {measured.Threads} threads  CHECK FAILED: {measured.Check}";

    public static void PrintTable(IReadOnlyList<Result> results)
    {
        Console.WriteLine();
        Console.WriteLine("Times are medians for one call; ratio = libtorch's time / ours, the median of the pairs (least to most), and of the fastest calls.");
        Console.WriteLine("pre: whether outputs are in memory used again, ours/libtorch. MB: peak of a process that does only this, ours/libtorch.");
        Console.WriteLine();
        Console.WriteLine($"{"case",-28} {"thr",3} {"ours",10} {"libtorch",10} {"ratio",6} {"(least to most)",15} {"minima",6} {"pre",4} {"error",8} {"MB",9}  libtorch's way");
        foreach (var result in results)
        {
            if (!result.CheckPassed)
            {
                Console.WriteLine($"{result.Case,-28} {result.Threads,3} CHECK FAILED: {result.Check}");
                continue;
            }

            string range = $"({result.RatioMinimum:F2} to {result.RatioMaximum:F2})";
            string memory = result.OursPeakMegabytes is { } ours && result.LibtorchPeakMegabytes is { } libtorch ? $"{ours:F0}/{libtorch:F0}" : "";
            Console.WriteLine(
                $"{result.Case,-28} {result.Threads,3} {Time(result.OursMicroseconds),10} {Time(result.LibtorchMicroseconds),10} {result.Ratio,6:F2} {range,15} " +
                $"{result.RatioOfMinima,6:F2} {Flags(result),4} {result.CheckError,8:E1} {memory,9}  {Way(result)}");
        }

        foreach (var result in results.Where(result => result.LibtorchWrongWays is not null))
        {
            foreach (var (way, what) in result.LibtorchWrongWays!)
                Console.WriteLine($"{result.Case,-28} {result.Threads,3} libtorch is wrong, {way}: {what}");
        }

        foreach (var result in results.Where(result => result.OnnxRatio is not null))
            Console.WriteLine($"{result.Case,-28} {result.Threads,3} {Time(result.OursMicroseconds),10} {Time(result.OnnxMicroseconds!.Value),10} {result.OnnxRatio,6:F2}  ONNX Runtime");

        Console.WriteLine();
        if (Disturbed(results) is { } warning)
            Console.WriteLine(warning + "\n");
    }

    /// <summary>Writes the table between two comments of a document anew.</summary>
    public static int WriteMarkdown(string json, string document)
    {
        if (!File.Exists(json) || !File.Exists(document))
            throw new UsageException($"there is no file {(File.Exists(json) ? document : json)}");
        string text = File.ReadAllText(document);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new UsageException($"{document} has no lines '{Begin}' and '{End}' to write between");
        var results = JsonSerializer.Deserialize(File.ReadAllText(json), ResultJson.Readable.ResultArray) ?? [];
        File.WriteAllText(document, text[..(begin + Begin.Length)] + "\n" + Markdown(results) + text[end..]);
        Console.WriteLine($"{document}: {results.Length} rows.");
        return 0;
    }

    private static string Markdown(IReadOnlyList<Result> results)
    {
        var text = new StringBuilder();
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"Measured on {string.Join(" and ", results.Select(result => result.Machine).Distinct())}; {results.Max(result => result.Processes)} processes.").AppendLine();
        if (Disturbed(results) is { } warning)
            _ = text.AppendLine(warning).AppendLine();
        var lost = results.Where(result => result.CheckPassed && result.Ratio < 1).Select(result => $"{result.Case} ({result.Threads} {Threads(result)}, {result.Ratio:F2})").ToList();
        _ = text.AppendLine(lost.Count == 0 ? "Slower than libtorch: nothing." : $"**Slower than libtorch:** {string.Join("; ", lost)}.").AppendLine();
        int[] threads = [.. results.Select(result => result.Threads).Distinct().Order()];
        AppendTable(text, threads, results, "libtorch", result => result.CheckPassed, result => result.LibtorchMicroseconds, result => result.Ratio, Way);
        foreach (var result in results.Where(result => !result.CheckPassed))
            _ = text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Ours is wrong: {result.Case} ({result.Threads} {Threads(result)}): {result.Check}");
        // Each way once, with one of the places where it is wrong: peers.json has all of them.
        var wrong = results.SelectMany(result => (result.LibtorchWrongWays ?? new Dictionary<string, string>()).Select(way => (result.Case, Way: way.Key, Text: way.Value)))
            .GroupBy(each => each.Way).Select(of => $"{of.Key} in {string.Join(", ", of.Select(each => each.Case).Distinct())} ({of.First().Text})").ToList();
        if (wrong.Count > 0)
            _ = text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Wrong on this processor, and so not counted, libtorch's {string.Join("; ", wrong)}.");

        var onnx = results.Where(result => result.OnnxRatio is not null).ToList();
        if (onnx.Count > 0)
        {
            _ = text.AppendLine().AppendLine("ONNX Runtime with the network as this library exports it, timed in turn with the others:").AppendLine();
            AppendTable(text, threads, onnx, "ONNX Runtime", _ => true, result => result.OnnxMicroseconds!.Value, result => result.OnnxRatio!.Value, null);
        }

        var rewritten = results.Where(result => result.LibtorchRewrittenMicroseconds is not null).Select(result => result.LibtorchRewrittenMicroseconds!.Value / result.OursMinimumMicroseconds).ToList();
        if (rewritten.Count > 0)
            _ = text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"The two-pixel network rewritten for libtorch with linear layers in place of convolutions takes {rewritten.Min():F1} to {rewritten.Max():F1} times as long as ours (not counted above; the fastest calls).");

        var models = results.Where(result => result.OursPeakMegabytes is not null).ToList();
        if (models.Count > 0)
        {
            _ = text.AppendLine().AppendLine("Peak memory of a process that does only this, of that what the work added, and managed memory that a call of ours allocates:").AppendLine();
            _ = text.AppendLine("| case | ours | libtorch | added: ours | added: libtorch | allocated by a call |");
            _ = text.AppendLine("|---|---|---|---|---|---|");
            foreach (var result in models)
                _ = text.AppendLine(CultureInfo.InvariantCulture, $"| {result.Case} | {result.OursPeakMegabytes:F0} MB | {result.LibtorchPeakMegabytes:F0} MB | {result.OursAddedMegabytes:F1} MB | {result.LibtorchAddedMegabytes:F1} MB | {result.OursAllocatedBytes / 1024:F1} KB |");
        }

        return text.ToString();
    }

    // A row for each case, with our time, the peer's and their ratio for each number of threads.
    private static void AppendTable(
        StringBuilder text, int[] threads, IReadOnlyList<Result> results, string peer,
        Func<Result, bool> isTimed, Func<Result, double> time, Func<Result, double> ratio, Func<Result, string>? last)
    {
        _ = text.Append("| case |").AppendJoin("", threads.Select(count => $" ours, {count} thread{(count == 1 ? "" : "s")} | {peer} | ratio |")).AppendLine(last is null ? "" : " libtorch's way |");
        _ = text.Append("|---|").AppendJoin("", threads.Select(_ => "---|---|---|")).AppendLine(last is null ? "" : "---|");
        foreach (var rows in results.Where(isTimed).GroupBy(result => result.Case))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"| {rows.Key} |");
            foreach (int count in threads)
            {
                _ = rows.FirstOrDefault(row => row.Threads == count) is { } row
                    ? text.Append(CultureInfo.InvariantCulture, $" {Time(row.OursMicroseconds)} | {Time(time(row))} | {(ratio(row) < 1 ? $"**{ratio(row):F2}**" : $"{ratio(row):F2}")} |")
                    : text.Append(" | | |");
            }

            _ = text.AppendLine(last is null ? "" : $" {last(rows.MaxBy(row => row.Threads)!)} |");
        }
    }

    // Null for a quiet machine.
    private static string? Disturbed(IReadOnlyList<Result> results)
    {
        int count = results.Count(result => result.OthersShare > NoticeableShare);
        return count == 0
            ? null
            : $"NOT A QUIET MACHINE: other processes took up to {results.Max(result => result.OthersShare):P0} of the processors during {count} of {results.Count} rows, " +
              "which slows libtorch down more than us. These ratios do not count.";
    }

    private static string Threads(Result result) => result.Threads == 1 ? "thread" : "threads";

    private static string Way(Result result) => result.LibtorchIsWrong ? $"{result.LibtorchVariant}: ITS NUMBERS ARE WRONG, as those of all its ways" : result.LibtorchVariant;

    private static string Flags(Result result) => $"{(result.OursPreallocated ? 'y' : 'n')}/{(result.LibtorchPreallocated ? 'y' : 'n')}";

    public static string Time(double microseconds) => microseconds switch
    {
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{microseconds:F1} us"),
        < 100_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000:F2} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:F2} s"),
    };
}

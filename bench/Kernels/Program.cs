using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Diffusion.Benchmarks;
using Perfolizer.Horology;

// --short: every kernel, but few repetitions and not the largest sizes.
bool isShort = args.Contains("--short");
string[] arguments = [.. args.Where(argument => argument != "--short")];
Sizes.OnlySmall = isShort;
if (isShort && arguments.Length == 0)
    arguments = ["--filter", "*"];

var machine = MachinePeak.Measure();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Peak: {machine.FloatingPointOperations / 1e9:F0} GFLOP/s on {machine.Threads} threads; copying {string.Join(", ", machine.Copies)}."));

// In this process: the settings are those of the program, and nothing has to be built while it runs.
var job = Job.Default.WithIterationTime(TimeInterval.FromMilliseconds(100)).WithMaxWarmupCount(10).WithMaxIterationCount(20).WithToolchain(InProcessEmitToolchain.Instance);
if (isShort)
    job = job.WithIterationTime(TimeInterval.FromMilliseconds(20)).WithWarmupCount(1).WithIterationCount(3);
var config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddLogger(ConsoleLogger.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddColumn(new RateColumn(), new ShareColumn(machine))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .HideColumns("Job", "Toolchain", "Error", "RatioSD", "Alloc Ratio", "Gen0", "Gen1", "Gen2", "IterationTime", "IterationCount", "WarmupCount", "MaxWarmupIterationCount", "MaxIterationCount")
    .WithSummaryStyle(BenchmarkDotNet.Reports.SummaryStyle.Default.WithRatioStyle(RatioStyle.Trend).WithMaxParameterColumnWidth(40))
    .AddLogicalGroupRules(BenchmarkLogicalGroupRule.ByCategory);

var summaries = BenchmarkSwitcher.FromAssembly(typeof(RateColumn).Assembly).Run(arguments, config);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;

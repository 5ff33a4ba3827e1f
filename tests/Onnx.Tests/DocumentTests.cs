using System.Text.RegularExpressions;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Onnx;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;

namespace Diffusion.Onnx.Tests;

/// <summary>The loop in C# of docs/onnx.md, and that the page's code is that of the tests.</summary>
public sealed partial class DocumentTests
{
    [Test]
    public void The_loop_of_the_page_ends_where_ours_does()
    {
        const int n = 20;
        var model = new Model<float>(
            Drawn.Moved(new TwoPixelUNet<float>(new() { Channels1 = 16, Channels2 = 64, Embedding = 16, Classes = 2, Timesteps = 10 }, new RandomSource(3))),
            NoiseSchedule.Cosine(10), new SimpleObjective<float>(), new(), "none");
        var start = Drawn.Normal([n, 2, 1]);
        float[] x = start.Span.ToArray();
        string path = Path.Combine(Path.GetTempPath(), $"step-{Guid.NewGuid():N}.onnx");
        ModelExport.DdimStep(model).Save(path);
        try
        {
            using var session = new InferenceSession(path);
            int steps = int.Parse(session.ModelMetadata.CustomMetadataMap["T"]);
            long[] label = Filled(0L), shape = [n, 2, 1];
            OrtValue Of<TValue>(TValue[] values, params long[] extents) where TValue : unmanaged => OrtValue.CreateTensorValueFromMemory(values, extents);
            for (int t = steps; t > 0; t--)
            {
                using OrtValue xt = Of(x, shape), from = Of(Filled((float)t), n), to = Of(Filled(t - 1f), n), y = Of(label, n), w = Of([1.5f]);
                string[] names = ["x_t", "t", "t_next", "label", "w"];
                using var results = session.Run(new RunOptions(), names, [xt, from, to, y, w], ["x_next"]);
                x = results[0].GetTensorDataAsSpan<float>().ToArray();
            }

            TValue[] Filled<TValue>(TValue value) => [.. Enumerable.Repeat(value, n)];
        }
        finally
        {
            File.Delete(path);
        }

        var ours = new DdimSampler<float>().Sample(new ClassifierFreeGuidance<float>(model.Denoiser, 1.5), model.Schedule, start, 0, new RandomSource(0));
        Assert.That(Runtime.Difference(ours.Span, x), Is.LessThan(1e-4));
    }

    [Test]
    public void The_code_of_the_page_is_that_of_the_tests()
    {
        string root = Root(), page = File.ReadAllText(Path.Combine(root, "docs", "onnx.md"));
        HashSet<string> known = [.. Directory.GetFiles(Path.Combine(root, "tests", "Onnx.Tests"), "*.cs").SelectMany(File.ReadLines).Select(line => line.Trim())];
        string[] lines = [.. Blocks().Matches(page).SelectMany(block => block.Groups[1].Value.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0)];
        Assert.That(lines, Has.Length.GreaterThan(10));
        Assert.That(lines.Where(line => !known.Contains(line) && !line.Contains("own.onnx", StringComparison.Ordinal)), Is.Empty);
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}

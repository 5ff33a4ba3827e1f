using System.Diagnostics;
using System.Globalization;
using Diffusion;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

// Points from a model file, in a program of one file without a runtime: `dotnet publish -c Release samples/NativeSampler`.
// The time is from the start of the process to the first line of this program, and then to the end of the work.
double started = SinceStart();
if (args.Length is < 2 or > 4)
    return Fail(2, "usage: diffusion-sample MODEL.safetensors OUT.csv [COUNT] [LABEL]");
int count = 1000, label = DenoiserArguments.NoLabel;
if (args.Length > 2 && !(int.TryParse(args[2], CultureInfo.InvariantCulture, out count) && count is >= 1 and <= 1_000_000))
    return Fail(2, $"COUNT is '{args[2]}'; accepted is a whole number from 1 to 1000000.");
if (args.Length > 3 && !(int.TryParse(args[3], CultureInfo.InvariantCulture, out label) && label >= 0))
    return Fail(2, $"LABEL is '{args[3]}'; accepted is a whole number from 0.");

try
{
    var model = ModelFile.Load<float>(args[0]);
    if (model.Network.SampleShape is { } shape && shape != new Shape(2, 1))
        return Fail(2, $"{args[0]}: the model makes samples of shape {shape}; accepted are models of points, [2, 1].");
    var random = new RandomSource(Seed: 0);
    var sampler = new DdimSampler<float>(new SamplerSettings { Steps = Math.Min(20, model.Schedule.T) });
    var points = sampler.Sample(model.Denoiser, model.Schedule, Start.Draw<float>(random, [count, 2, 1]), label, random);
    PointFile.WriteCsv(args[1], points, [label]);
    Console.WriteLine($"{count} points in {args[1]}; started in {started:F0} ms, done in {SinceStart():F0} ms");
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException)
{
    return Fail(1, e.Message);
}

static double SinceStart() => (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;

static int Fail(int code, string message)
{
    Console.Error.WriteLine(message);
    return code;
}

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Diffusion.Data;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Pictures;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;
using Diffusion.TwoPixel;
using Diffusion.TwoPixel.Grade;
using Diffusion.TwoPixel.Study;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>
/// Every reader against files that were broken at random: it reads them or refuses them with the exception that it documents, takes no
/// more memory than a small multiple of the file, and comes to an end. DIFFUSION_FUZZ is the number of files, DIFFUSION_FUZZ_FIRST the
/// first of them: a failure names its number, and with both that one file is made again.
/// </summary>
public sealed class BrokenFilesTests
{
    private const int Standard = 3000, MostFailures = 20;

    // Memory that a call may take, whatever the file: buffers, JSON of types that are new, a message. The multiple is for each reader.
    private const long MostBytes = 8L << 20;

    // A picture of one colour is large in few bytes. What is refused is one of more than 2^27 pixels, which are kept as three bytes each.
    private const long MostPictureBytes = MostBytes + (3L << 27);

    // Far beyond what any of these takes on a busy machine: an endless loop, and what grows with the square of something.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly List<Reader> _readers = [];

    /// <summary>A reader, a good file, and how it may be broken.</summary>
    private sealed record Reader(string File, byte[] Good, Action<string> Read, int Multiple = 64, (int Bytes, int At)? Header = null, bool IsText = false, long Most = MostBytes);

    [OneTimeSetUp]
    public void Make_good_files()
    {
        var tensors = new Dictionary<string, Tensor<float>> { ["a"] = Tensor<float>.From([2, 3], 1, 2, 3, 4, 5, 6), ["b.weight"] = Tensor<float>.From([1], 7), ["none"] = Tensor<float>.From([0, 4]) };
        byte[] safetensors = Made("x.safetensors", path => SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["note"] = "{\"x\": 1}" }));
        byte[] sum = Made("x.safetensors", path => SafetensorsFile.WriteChecked(path, tensors, new Dictionary<string, string> { ["format"] = "pt" }));
        Trainer<float> Prepare() => new(
            new MlpDenoiser<float>(new() { Dimensions = 2, Width = 4, Layers = 1, Timesteps = 5, Classes = 2 }, new RandomSource(4)), NoiseSchedule.Cosine(5), new SimpleObjective<float>(),
            new MixtureSource<float>(GaussianMixture.TwoPixel), new TrainingConfiguration { Iterations = 3, Batch = 4, Seed = 2 });
        var trainer = Prepare();
        _ = trainer.Step();
        byte[] model = Made("m.safetensors", path => ModelFile.Save(path, Model<float>.Of(trainer, new MlpDenoiser<float>(new() { Dimensions = 2, Width = 4, Layers = 1, Timesteps = 5, Classes = 2 }, new RandomSource(4)))));
        byte[] checkpoint = Made("c.safetensors", path => CheckpointFile.Save(path, trainer));
        foreach (byte[] file in (byte[][])[safetensors, sum])
            _readers.Add(new("x.safetensors", file, path => SafetensorsFile.Read<float>(path), Header: (8, 0)));
        _readers.Add(new("m.safetensors", model, path => ModelFile.Load<float>(path), Header: (8, 0)));
        _readers.Add(new("c.safetensors", checkpoint, path => CheckpointFile.Resume(path, trainer), Header: (8, 0)));

        byte[] npy = Made("x.npy", path => NpyFile.Write(path, "<f8", [3, 2], new byte[48], 6));
        _readers.Add(new("x.npy", npy, path => NpyFile.Read(path), Header: (2, 8)));
        _readers.Add(new("x.npy", npy, path => PointFile.ReadNpy<float>(path), Header: (2, 8)));
        _readers.Add(new("x.npy", npy, path => NumberFile.Read("--samples", path), Header: (2, 8)));
        byte[] csv = "left,right,label\n0.5,-1e-3,0\n1,2,1\n-0.25,0.125,-1\n"u8.ToArray();
        _readers.Add(new("x.csv", csv, path => PointFile.ReadCsv<float>(path), IsText: true));
        _readers.Add(new("x.csv", csv, path => PointSet.Read(path), IsText: true));
        _readers.Add(new("x.csv", csv, path => NumberFile.Read("--samples", path), IsText: true));
        _readers.Add(new("history.csv", "iteration,loss,noise_rmse\n1,0.5,\n2,0.25,0.125\n"u8.ToArray(), path => TrainingHistory.LoadOf(path, 2), IsText: true));

        byte[] idx = Made("x.idx", path => IdxFile.Write(path, [2, 3, 4], new byte[24]));
        _readers.Add(new("x.idx", idx, path => IdxFile.Read(path, 3)));
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(idx);
        _readers.Add(new("x.idx.gz", packed.ToArray(), path => IdxFile.Read(path, 3), Multiple: 1100));

        void Json(string file, string good, Action<string> read) => _readers.Add(new(file, System.Text.Encoding.UTF8.GetBytes(good), read, IsText: true));
        Json("config.json", new RunConfiguration().ToJson(), path => RunConfiguration.Load(path));
        Json("pictures.json", new PicturesRun().ToJson(), path => ConfigurationFile.Load<PicturesRun>(path));
        Json("mixture.json", GaussianMixture.TwoPixel.ToJson(), path => StudyData.ReadMixture(path));
        Json("metrics.json", new MetricsDocument(1, 2, 3.5, [new(new ModelNumbers(5, 30, 1)), new(new ModelNumbers(7, 30, 1))]).ToJson(), path => MetricsDocument.Load(path, [5, 7]));
        Json("judged.json", File.ReadAllText(new Digits.DigitsPreset().Pretrained!.File("metrics.json")), path => ImageMetrics.Load(path));
        Json("formation.json", File.ReadAllText(new Digits.DigitsPreset().Pretrained!.File("formation.json")), path => Metrics.FormationNumbers.Load(path));
        Json("names.json", "{\"net.*\": \"encoder1.*\", \"unused\": null}", path => NameMap.Read(path));
        _ = Directory.CreateDirectory(_folder["class"]);
        Json("class/grade.json", "{\"right\": true, \"slips\": [{\"slips\": [{\"key\": \"a\"}]}], \"files\": {\"predictions\": {\"numbers\": {\"lossRatio\": 1.5}}}}", _ => GradeSummary.Of(_folder["class"]));

        var small = new PictureOptions { Side = 8 };
        foreach (byte[] picture in (byte[][])[PictureBytes.Grey(4, 3, new byte[12]), PictureBytes.Png(2, 2, 8, 6, new byte[16]), PictureBytes.CmykJpeg(1, 2, 3, 4), PictureBytes.Bmp(1, 2, 3), PictureBytes.RedGif()])
            _readers.Add(new("picture", picture, path => PictureFile.Read(path, small), Most: MostPictureBytes));
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void Good_files_are_read()
    {
        foreach (var reader in _readers)
        {
            File.WriteAllBytes(_folder[reader.File], reader.Good);
            Assert.DoesNotThrow(() => reader.Read(_folder[reader.File]), reader.File);
        }
    }

    [Test]
    public void Broken_files_are_read_or_refused()
    {
        int first = Setting("DIFFUSION_FUZZ_FIRST", 0), count = Setting("DIFFUSION_FUZZ", Standard), refused = 0;
        List<string> failures = [];
        for (int number = first; number < first + count && failures.Count < MostFailures; number++)
        {
            var random = new Random(number);
            var reader = _readers[number % _readers.Count];
            byte[] broken = new BrokenFile(random).Of(reader.Good, _readers[random.Next(_readers.Count)].Good, reader.Header, reader.IsText);
            string path = _folder[reader.File];
            File.WriteAllBytes(path, broken);
            long start = Stopwatch.GetTimestamp(), bytes = GC.GetAllocatedBytesForCurrentThread();
            string name = $"file {number} of {reader.File} ({broken.Length} bytes)";
            try
            {
                reader.Read(path);
            }
            catch (InvalidDataException e)
            {
                refused++;
                if (e.Message.Length > 4000 + broken.Length)
                    failures.Add($"{name}: a message of {e.Message.Length} characters");
            }
            catch (Exception e)
            {
                failures.Add($"{name}: {string.Join(' ', e.ToString().Split('\n').Take(6))}");
            }

            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            if (bytes > reader.Most + (reader.Multiple * (long)broken.Length))
                failures.Add($"{name} took {bytes} bytes of memory");
            if (Stopwatch.GetElapsedTime(start) > MostTime)
                failures.Add($"{name} took {Stopwatch.GetElapsedTime(start)}");
        }

        TestContext.Out.WriteLine($"{count} files from number {first}: {refused} refused, the others read.");
        Assert.That(failures, Is.Empty);
        if (count >= Standard)
            Assert.That(refused, Is.InRange(count / 4, count - 1), "Broken files that are all refused, or all read, test nothing.");
    }

    private byte[] Made(string name, Action<string> write)
    {
        write(_folder[name]);
        return File.ReadAllBytes(_folder[name]);
    }

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : standard;
}

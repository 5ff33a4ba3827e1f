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

namespace Diffusion.Samples.Tests;

/// <summary>A reader, a good file, and how it may be broken.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Good">The good file.</param>
/// <param name="Read">Reads the file of a path.</param>
/// <param name="Multiple">The memory that it may take for each byte of the file.</param>
/// <param name="Header">The place of a text that matters, and of the bytes that hold its length.</param>
/// <param name="IsText">Whether the file is text.</param>
/// <param name="Most">The memory that it may take whatever the file.</param>
internal sealed record FileReader(string File, byte[] Good, Action<string> Read, int Multiple = 64, (int Bytes, int At)? Header = null, bool IsText = false, long Most = FileReader.MostBytes)
{
    // Memory that a call may take, whatever the file: buffers, JSON of types that are new, a message. The multiple is for each reader.
    private const long MostBytes = 8L << 20;

    // A picture of one colour is large in few bytes. What is refused is one of more than 2^27 pixels, which are kept as three bytes each.
    private const long MostPictureBytes = MostBytes + (3L << 27);

    /// <summary>Every reader of the library and of the programs, for one thread.</summary>
    /// <param name="folder">Where good files are made.</param>
    public static IReadOnlyList<FileReader> All(TemporaryFolder folder)
    {
        var readers = new List<FileReader>();
        var tensors = new Dictionary<string, Tensor<float>> { ["a"] = Tensor<float>.From([2, 3], 1, 2, 3, 4, 5, 6), ["b.weight"] = Tensor<float>.From([1], 7), ["none"] = Tensor<float>.From([0, 4]) };
        byte[] safetensors = Made(folder, "x.safetensors", path => SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt", ["note"] = "{\"x\": 1}" }));
        byte[] sum = Made(folder, "x.safetensors", path => SafetensorsFile.WriteChecked(path, tensors, new Dictionary<string, string> { ["format"] = "pt" }));
        Trainer<float> Prepare() => new(
            new MlpDenoiser<float>(new() { Dimensions = 2, Width = 4, Layers = 1, Timesteps = 5, Classes = 2 }, new RandomSource(4)), NoiseSchedule.Cosine(5), new SimpleObjective<float>(),
            new MixtureSource<float>(GaussianMixture.TwoPixel), new TrainingConfiguration { Iterations = 3, Batch = 4, Seed = 2 });
        var trainer = Prepare();
        _ = trainer.Step();
        byte[] model = Made(folder, "m.safetensors", path => ModelFile.Save(path, Model<float>.Of(trainer, new MlpDenoiser<float>(new() { Dimensions = 2, Width = 4, Layers = 1, Timesteps = 5, Classes = 2 }, new RandomSource(4)))));
        byte[] checkpoint = Made(folder, "c.safetensors", path => CheckpointFile.Save(path, trainer));
        foreach (byte[] file in (byte[][])[safetensors, sum])
            readers.Add(new("x.safetensors", file, path => SafetensorsFile.Read<float>(path), Header: (8, 0)));
        readers.Add(new("m.safetensors", model, path => ModelFile.Load<float>(path), Header: (8, 0)));
        readers.Add(new("c.safetensors", checkpoint, path => CheckpointFile.Resume(path, trainer), Header: (8, 0)));

        var sizes = new ImageClassifierConfiguration { Height = 4, Width = 4, Channels = 1, Classes = 2, Widths = [8], Features = 4 };
        byte[] images = Made(folder, "i.safetensors", path => ClassifierFile.Save(path, new ImageClassifier<float>(sizes, new RandomSource(4)), new ClassifierTrainingConfiguration()));
        byte[] noisy = Made(folder, "n.safetensors", path => ClassifierFile.Save(path, new NoisyImageClassifier<float>(sizes, 5, new RandomSource(4)), NoiseSchedule.Cosine(5)));
        byte[] pixels = Made(folder, "p.safetensors", path => NoisyClassifierFile.Save(
            path, new NoisyClassifierModel<float>(new TwoPixelClassifier<float>(2, 5, new RandomSource(4), features: 4), NoiseSchedule.Cosine(5), GaussianMixture.TwoPixel, new TrainingConfiguration())));
        readers.Add(new("i.safetensors", images, path => ClassifierFile.Load<float>(path), Header: (8, 0)));
        readers.Add(new("n.safetensors", noisy, path => ClassifierFile.LoadNoisy<float>(path), Header: (8, 0)));
        readers.Add(new("p.safetensors", pixels, path => NoisyClassifierFile.Load<float>(path), Header: (8, 0)));

        byte[] npy = Made(folder, "x.npy", path => NpyFile.Write(path, "<f8", [3, 2], new byte[48], 6));
        readers.Add(new("x.npy", npy, path => NpyFile.Read(path), Header: (2, 8)));
        readers.Add(new("x.npy", npy, path => PointFile.ReadNpy<float>(path), Header: (2, 8)));
        readers.Add(new("x.npy", npy, path => NumberFile.Read("--samples", path), Header: (2, 8)));
        byte[] csv = "left,right,label\n0.5,-1e-3,0\n1,2,1\n-0.25,0.125,-1\n"u8.ToArray();
        readers.Add(new("x.csv", csv, path => PointFile.ReadCsv<float>(path), IsText: true));
        readers.Add(new("x.csv", csv, path => PointSet.Read(path), IsText: true));
        readers.Add(new("x.csv", csv, path => NumberFile.Read("--samples", path), IsText: true));
        readers.Add(new("history.csv", "iteration,loss,noise_rmse\n1,0.5,\n2,0.25,0.125\n"u8.ToArray(), path => TrainingHistory.LoadOf(path, 2), IsText: true));

        byte[] idx = Made(folder, "x.idx", path => IdxFile.Write(path, [2, 3, 4], new byte[24]));
        readers.Add(new("x.idx", idx, path => IdxFile.Read(path, 3)));
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(idx);
        readers.Add(new("x.idx.gz", packed.ToArray(), path => IdxFile.Read(path, 3), Multiple: 1100));

        void Json(string file, string good, Action<string> read) => readers.Add(new(file, System.Text.Encoding.UTF8.GetBytes(good), read, IsText: true));
        Json("config.json", new RunConfiguration().ToJson(), path => RunConfiguration.Load(path));
        Json("pictures.json", new PicturesRun().ToJson(), path => ConfigurationFile.Load<PicturesRun>(path));
        Json("mixture.json", GaussianMixture.TwoPixel.ToJson(), path => StudyData.ReadMixture(path));
        Json("metrics.json", new MetricsDocument(1, 2, 3.5, [new(new ModelNumbers(5, 30, 1)), new(new ModelNumbers(7, 30, 1))]).ToJson(), path => MetricsDocument.Load(path, [5, 7]));
        Json("judged.json", System.IO.File.ReadAllText(new Digits.DigitsPreset().Pretrained!.File("metrics.json")), path => ImageMetrics.Load(path));
        Json("formation.json", System.IO.File.ReadAllText(new Digits.DigitsPreset().Pretrained!.File("formation.json")), path => Metrics.FormationNumbers.Load(path));
        Json("names.json", "{\"net.*\": \"encoder1.*\", \"unused\": null}", path => NameMap.Read(path));
        _ = Directory.CreateDirectory(folder["class"]);
        Json("class/grade.json", "{\"right\": true, \"slips\": [{\"slips\": [{\"key\": \"a\"}]}], \"files\": {\"predictions\": {\"numbers\": {\"lossRatio\": 1.5}}}}", _ => GradeSummary.Of(folder["class"]));

        var small = new PictureOptions { Side = 8 };
        foreach (byte[] picture in (byte[][])[PictureBytes.Grey(4, 3, new byte[12]), PictureBytes.Png(2, 2, 8, 6, new byte[16]), PictureBytes.CmykJpeg(1, 2, 3, 4), PictureBytes.Bmp(1, 2, 3), PictureBytes.RedGif()])
            readers.Add(new("picture", picture, path => PictureFile.Read(path, small), Most: MostPictureBytes));
        return readers;
    }

    private static byte[] Made(TemporaryFolder folder, string name, Action<string> write)
    {
        write(folder[name]);
        return System.IO.File.ReadAllBytes(folder[name]);
    }
}

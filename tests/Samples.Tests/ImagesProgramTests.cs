using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Pictures;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The program of one's own pictures: training on a folder, every command, and refusals.</summary>
[TestFixture]
internal sealed class ImagesProgramTests : IDisposable
{
    private const string Classified = "classes/model.safetensors", Upscaler = "upscale/model.safetensors", Plain = "plain/model.safetensors";

    private static readonly string[] Tiny = ["--widths", "8,8", "--embedding", "8", "--steps-max", "4", "--size", "12", "--batch", "8"];

    private static readonly string[] Short = [.. Tiny, "--iterations", "6"];

    private readonly TemporaryFolder _folder = new();

    [OneTimeSetUp]
    public void Train()
    {
        Done("shapes", "--count", "60", "--size", "16", "--out", ".");
        Done(["train", "--data", "shapes", "--out", "classes", .. Short]);
        Done(["train", "--data", "shapes", "--out", "upscale", "--upscale-from", "6", "--flip", "--grey", .. Short]);

        // Two pictures without classes, a broken one, and a text.
        _ = Directory.CreateDirectory(_folder["few"]);
        File.Copy(_folder["shapes/star/00003.png"], _folder["few/Звезда.png"]);
        File.Copy(_folder["shapes/circle/00000.png"], _folder["few/円.png"]);
        File.WriteAllBytes(_folder["few/cut.png"], File.ReadAllBytes(_folder["shapes/star/00003.png"])[..40]);
        File.WriteAllText(_folder["few/notes.txt"], "not a picture");
        Done(["train", "--data", "few", "--skip-broken", "--hold-out", "0", "--out", "plain", .. Short]);
        File.WriteAllBytes(_folder["mask.png"], PictureBytes.Grey(2, 1, 255, 0));
        File.WriteAllBytes(_folder["dark.png"], PictureBytes.Grey(1, 1, 0));
    }

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void A_model_knows_its_classes_and_its_size()
    {
        var model = ModelFile.Load<float>(_folder[Classified]);
        Assert.That(model.Network, Is.InstanceOf<UNet<float>>());
        Assert.That(model.Network.SampleShape, Is.EqualTo(new Shape(12, 12, 3)));
        Assert.That(model.Notes["classes"], Is.EqualTo("[\"circle\",\"cross\",\"square\",\"star\",\"triangle\"]"));
        Assert.That(ModelFile.Load<float>(_folder[Upscaler]).Notes["upscales"], Is.EqualTo("6"));
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Resumed_after_it_was_stopped_it_ends_with_the_same_bytes()
    {
        string[] training = ["train", "--data", "shapes", "--out", "stopped", "--checkpoint-minutes", "0", .. Tiny, "--iterations", "300"];
        using (var process = CommandLineProgram.StartProgram(CommandLineProgram.Images, _folder["."], training))
        {
            while (!File.Exists(_folder["stopped/checkpoint.safetensors"]) && !process.WaitForExit(1))
            {
            }

            process.Kill();
            process.WaitForExit();
        }

        Done(["train", "--data", "shapes", "--resume", "--out", "stopped", .. Tiny, "--iterations", "300"]);
        Done(["train", "--data", "shapes", "--out", "unbroken", .. Tiny, "--iterations", "300"]);
        foreach (string file in (string[])["model.safetensors", "checkpoint.safetensors", "history.csv", "preview.png"])
            Assert.That(File.ReadAllBytes(_folder[$"stopped/{file}"]), Is.EqualTo(File.ReadAllBytes(_folder[$"unbroken/{file}"])), file);
    }

    [Test]
    public void Samples_are_of_the_classes_that_were_named()
    {
        Done("sample", "--model", Classified, "--classes", "star,1", "--count", "3", "--files", "--out", "sample");
        byte[] labels = File.ReadAllBytes(_folder["sample/labels.npy"]);
        Assert.Multiple(() =>
        {
            Assert.That(Enumerable.Range(0, 3).Select(i => BitConverter.ToInt64(labels, 128 + (8 * i))), Is.EqualTo(new long[] { 3, 1, 3 }));
            Assert.That(File.ReadAllBytes(_folder["sample/samples.npy"]), Has.Length.EqualTo(128 + (3 * 12 * 12 * 3)));
            Assert.That(PictureFile.SizeOf(_folder["sample/files/0002-cross.png"]), Is.EqualTo((12, 12)));
            Assert.That(File.Exists(_folder["sample/samples.png"]));
        });
    }

    [Test]
    public void What_a_mask_keeps_stays_as_it_is()
    {
        Done("inpaint", "--model", Classified, "--image", "shapes/circle/00005.png", "--mask", "mask.png", "--fit", "stretch", "--count", "2", "--resamplings", "1", "--out", "inpaint");
        var options = new PictureOptions { Side = 12, Fit = PictureFit.Stretch };
        Tensor<float> given = PictureFile.Read(_folder["shapes/circle/00005.png"], options), made = PictureFile.Read(_folder["inpaint/inpaint-2.png"], options);
        var changed = Enumerable.Range(0, given.Length).Where(i => given.Span[i] != made.Span[i]).Select(i => i / 3 % 12).ToList();
        Assert.That(changed, Has.Count.GreaterThan(100), "the left half was filled in");

        // The mask's edge, enlarged smoothly, is within a pixel or two of the middle.
        Assert.That(changed.Max(), Is.LessThan(8));
    }

    [Test]
    public void A_weak_edit_changes_less_than_a_strong_one()
    {
        var given = PictureFile.Read(_folder["shapes/circle/00005.png"], new PictureOptions { Side = 12 });
        double Distance(string strength)
        {
            Done("edit", "--model", Classified, "--image", "shapes/circle/00005.png", "--strength", strength, "--classes", "cross", "--count", "2", "--out", $"edit{strength}");
            var made = PictureFile.Read(_folder[$"edit{strength}/edit-1.png"], new PictureOptions { Side = 12 });
            return (made - given).Square().Mean();
        }

        Assert.That(Distance("0.25"), Is.LessThan(0.5 * Distance("1")));
    }

    [Test]
    public void Larger_pictures_are_made_of_small_ones()
    {
        Done("upscale", "--model", Upscaler, "--image", "shapes/star/00003.png", "--count", "2", "--out", "large");
        Assert.That(PictureFile.SizeOf(_folder["large/upscale-2.png"]), Is.EqualTo((12, 12)));
        Assert.That(new FileInfo(_folder["large/upscale.png"]).Length, Is.GreaterThan(1000));
    }

    [Test]
    public void Everything_is_drawn_and_judged()
    {
        Done("classifier", "--data", "shapes", "--size", "12", "--hold-out", "0.3", "--iterations", "4", "--out", "judged");
        Done("evaluate", "--model", Classified, "--data", "shapes", "--hold-out", "0.3", "--count", "6", "--sweep-count", "6", "--full-count", "0", "--out", "judged");
        Assert.That(File.ReadAllText(_folder["judged/metrics.json"]), Does.Contain("\"sweep\": [\n"));
        Done("all", "--model", Classified, "--count", "4", "--out", "judged");
        Done("interpolate", "--model", Classified, "--classes", "circle,star", "--out", "walks");
        foreach (string file in (string[])["classifier.safetensors", "metrics.json", "nearest.png", "samples.png", "animation.webp", "trajectory.png", "guidance.png", "interpolation.png", "report.html"])
            Assert.That(File.Exists(_folder[$"judged/{file}"]), file);
        Assert.That(File.Exists(_folder["walks/interpolation.png"]));
        Assert.That(File.ReadAllText(_folder["judged/report.html"]), Does.Contain("sees the class that was asked for"));
    }

    [Test]
    public void What_w_is_chosen_by_must_be_enough()
    {
        _ = Directory.CreateDirectory(_folder["choosing"]);
        var (digits, training) = ClassifierFile.Load<float>(Digits.DigitsPreset.Files.Classifier);
        ClassifierFile.Save(_folder["choosing/few.safetensors"], new ImageClassifier<float>(digits.Configuration with { Height = 12, Width = 12, Channels = 3, Classes = 5 }, new RandomSource(1)), training with { HeldOut = 6 });
        var result = Run(["evaluate", "--model", Classified, "--data", "shapes", "--hold-out", "0.3", "--classifier", "choosing/few.safetensors", "--count", "6", "--out", "choosing"]);
        Assert.That(result.Code, Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("with the 6 training images that the classifier has not seen, but needs 12"));
    }

    [Test]
    [Explicit(Long.Why)]
    [Category(Long.Name)]
    public void Without_classes_there_are_no_words_of_them()
    {
        Done("all", "--model", Plain, "--count", "4", "--out", "plain-all");
        Done("interpolate", "--model", Plain, "--out", "plain-walks");
        string report = File.ReadAllText(_folder["plain-all/report.html"]);
        Assert.That(report[report.IndexOf("<section", StringComparison.Ordinal)..], Does.Not.Contain("asked for").And.Not.Contain("classes"));
        Assert.That(File.Exists(_folder["plain-all/guidance.png"]), Is.False, "there is nothing to guide towards");
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        static TestCaseData Case(string name, int code, string named, params string[] arguments) => new TestCaseData(code, named, arguments).SetArgDisplayNames(name);

        yield return Case("no command", 2, "Required command", []);
        yield return Case("no folder", 2, "--data is missing", "train");
        yield return Case("a folder that is not there", 1, "no folder 'nowhere'", "train", "--data", "nowhere");
        yield return Case("a broken picture", 1, "cut.png is", "train", "--data", "few");
        yield return Case("no pictures", 1, "has no pictures, and", "train", "--data", "classes/..empty");
        yield return Case("a size that does not divide", 2, "upscale-from is 5", "train", "--data", "shapes", "--size", "12", "--upscale-from", "5");
        yield return Case("widths", 2, "--widths is '7'", "train", "--data", "shapes", "--widths", "7");
        yield return Case("no model", 2, "There is no model", "sample", "--out", "empty");
        yield return Case("no class of this name", 2, "accepted are, separated by commas, circle, cross", "sample", "--model", Classified, "--classes", "ellipse");
        yield return Case("classes of a model without", 2, "was trained without classes", "sample", "--model", Plain, "--classes", "star");
        yield return Case("no classes to judge by", 2, "The model has no classes. Accuracy, Frechet distance", "evaluate", "--model", Plain, "--data", "few");
        yield return Case("no classes to train a classifier on", 2, "The images have no classes", "classifier", "--data", "few", "--skip-broken");
        yield return Case("a classifier of other images", 1, "digits.safetensors judges images [28, 28, 1], but the model's are [12, 12, 3]", "evaluate", "--model", Classified, "--data", "shapes", "--classifier", "digits.safetensors");
        yield return Case("too few images to judge", 2, "--count is 5", "evaluate", "--model", Classified, "--data", "shapes", "--count", "5");
        yield return Case("no picture", 2, "--image is missing", "edit", "--model", Classified);
        yield return Case("a picture that is not there", 2, "no picture 'none.png'", "edit", "--model", Classified, "--image", "none.png");
        yield return Case("a text as a picture", 1, "notes.txt is no picture", "edit", "--model", Classified, "--image", "few/notes.txt");
        yield return Case("strength beyond 1", 2, "--strength is '1.5'", "edit", "--model", Classified, "--image", "mask.png", "--strength", "1.5");
        yield return Case("no mask", 2, "--mask is missing", "inpaint", "--model", Classified, "--image", "mask.png");
        yield return Case("a mask that is dark everywhere", 2, "nothing to fill in", "inpaint", "--model", Classified, "--image", "mask.png", "--mask", "dark.png");
        yield return Case("a model that does not upscale", 2, "was not trained to make pictures larger", "upscale", "--model", Classified, "--image", "mask.png");
        yield return Case("a model that only upscales", 2, "'upscale' does that", "sample", "--model", Upscaler);
        yield return Case("one class to walk between", 2, "at least two", "interpolate", "--model", Classified, "--classes", "star");
        yield return Case("more steps than T", 2, "--sampling-steps is 5", "sample", "--model", Classified, "--sampling-steps", "5");
        yield return Case("nothing to resume", 2, "no checkpoint", ["train", "--data", "shapes", "--resume", "--out", "empty", .. Short]);
        yield return Case("other data to resume", 1, "data of the checkpoint differs", ["train", "--data", "shapes", "--hold-out", "0.2", "--resume", "--out", "classes", .. Short]);
    }

    [TestCaseSource(nameof(Refused))]
    public void Bad_input_is_refused_in_one_line(int code, string named, string[] arguments)
    {
        _ = Directory.CreateDirectory(_folder["classes/..empty"]);
        File.Copy(Digits.DigitsPreset.Files.Classifier, _folder["digits.safetensors"], overwrite: true);
        var result = Run(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Error, Does.Contain(named));
            Assert.That(result.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), result.Error);
        });
    }

    private void Done(params IEnumerable<string> arguments)
    {
        var result = Run(arguments);
        Assert.That(result.Code, Is.Zero, result.Error);
    }

    private CommandLineResult Run(IEnumerable<string> arguments) => CommandLineProgram.RunProgram(CommandLineProgram.Images, _folder["."], arguments);
}

using Diffusion.Metrics;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>The numbers of a generation whose pixels settle at known times, and their file.</summary>
public sealed class FormationNumbersTests
{
    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("formation").FullName, "formation.json");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    // Of ten stroke pixels in rows of four, pixel p is there from the prediction at t = 10 - p on: times 10, 9, ... 1.
    [Test]
    public void Pixels_that_settle_one_after_the_other_are_measured_as_that()
    {
        var numbers = FormationNumbers.Of(ImageFormation.Measure(Growing()), 10, "by hand");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((numbers.T, numbers.Generations, numbers.Settings, numbers.Tolerance), Is.EqualTo((10, 1, "by hand", .2)));
            Assert.That((numbers.FirstTenth, numbers.Half, numbers.LastTenth, numbers.Spread), Is.EqualTo((9.0, 5.0, 1.0, 8.0)));
            Assert.That((numbers.SpreadDeviation, numbers.SpreadBetweenGenerations), Is.EqualTo((0.0, 0.0)), "of one generation");

            // The products of 13 pairs of neighbours sum to 41.75, and the variance is 8.25.
            Assert.That(numbers.NeighbourCorrelation, Is.EqualTo(Math.Round(41.75 / 13 / 8.25, 3)));
            Assert.That(numbers.LowFrequenciesHalf, Is.GreaterThanOrEqualTo(numbers.LowFrequenciesNineTenths));
            Assert.That(numbers.Answer()[0], Does.Contain("Over 1 generations: neither."));
            Assert.That(numbers.Answer()[1], Does.Contain("settled after 1 of 10 reverse steps, half after 5 and nine tenths after 9"));
        }

        var still = FormationNumbers.Of(ImageFormation.Measure(Growing(allAtOnce: true)), 10, "by hand");
        Assert.That(still.Answer()[0], Does.Contain("all at once"));
    }

    [Test]
    public void They_go_through_a_file()
    {
        var numbers = FormationNumbers.Of(ImageFormation.Measure(Growing()), 10, "durch Ölfarbe");
        File.WriteAllText(_path, numbers.ToJson());
        Assert.That(FormationNumbers.Load(_path), Is.EqualTo(numbers));
        Assert.That(numbers.ToJson(), Does.Contain("Ölfarbe"));
        foreach (string text in (string[])["", "null", "[]", "{}", numbers.ToJson().Replace("\"half\"", "\"other\"", StringComparison.Ordinal), numbers.ToJson()[..50]])
        {
            File.WriteAllText(_path, text);
            Assert.That(() => FormationNumbers.Load(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{_path} holds no numbers of the formation study"), text);
        }

        Assert.That(() => FormationNumbers.Load(_path + "x"), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void Without_a_stroke_there_is_nothing_to_measure()
    {
        var dark = ImageFormation.Measure(Growing(brightness: -.5));
        Assert.That(() => FormationNumbers.Of(dark, 10, "dark"), Throws.ArgumentException.With.Message.Contains("no stroke"));
    }

    private static FormationRecorder<double> Growing(bool allAtOnce = false, double brightness = 1)
    {
        var recorder = new FormationRecorder<double>();
        for (int step = 1; step <= 10; step++)
        {
            int there = allAtOnce ? 10 : step;
            var image = Tensor<double>.From([1, 4, 4, 1], [.. Enumerable.Range(0, 16).Select(p => p < there ? brightness : -1)]);
            recorder.OnStep(new(step, 10, 11 - step, 10 - step, image, null, image, step));
        }

        return recorder;
    }
}

using Diffusion.Metrics;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>The numbers of a generation whose pixels go at known times, their file, and what they say in words.</summary>
public sealed class FormationNumbersTests
{
    private static readonly Interval All = new(1, 0.9, 1);

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("formation").FullName, "formation.json");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    // Row r of 8 x 8 pixels is there from step r + 1 of 10 on, so its time is (r + 1) / 10.
    [Test]
    public void Pixels_that_go_row_by_row_are_measured_as_that()
    {
        var formation = ImageFormation.Measure(RowByRow(), [7]);
        var one = formation.Generations[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((one.Pixels, one.Kinds, formation.BaselineDeviation), Is.EqualTo((64, FormationKinds.SweepDown, 0.0)));
            Assert.That((one.Half, one.Spread, one.Down, one.Right), Is.EqualTo((0.5, 0.7, 1.0, 0.0)).Using<double>((a, b) => Math.Abs(a - b) < 1e-6));
            Assert.That(formation.MeanTimes([0])[..16], Is.EqualTo(Enumerable.Range(0, 16).Select(p => ((p / 8) + 1) / 10.0)).Within(1e-6));
            Assert.That(formation.Settled(0), Is.EqualTo(Enumerable.Range(0, 11).Select(k => Math.Min(8, k) / 8.0)).Within(1e-6));
        }

        var numbers = FormationNumbers.Of(formation, 10, "by hand");
        Assert.That((numbers.T, numbers.Generations, numbers.Settings, numbers.Half, numbers.Spread, numbers.Place.P), Is.EqualTo((10, 1, "by hand", 0.5, 0.7, 0.001)));
        Assert.That(numbers.Path.P, Is.EqualTo(1), "rows follow no stroke: none of the 999 permutations explains less");
        Assert.That(numbers.Kinds[FormationKinds.SweepDown], Is.EqualTo(new Interval(1, 0.207, 1)), "1 / (1 + 1.96 squared)");
        Assert.That(numbers.Answer()[0], Does.Contain("Over 1 generations: undecided"), "of one generation nothing is certain");
    }

    // What the label alone predicts is no formation: three rows of eight are there at once.
    [Test]
    public void What_all_of_a_label_have_at_first_does_not_count()
    {
        var formation = ImageFormation.Measure(RowByRow(known: 3), [7]);
        Assert.That((formation.Generations[0].Pixels, formation.Coarse[0], formation.Fine[0]), Is.EqualTo((40, 0.0, 0.0)));
        Assert.That(formation.MeanTimes([0])[..24], Is.All.NaN);
    }

    [Test]
    public void They_go_through_a_file()
    {
        var numbers = Numbers("durch Ölfarbe");
        File.WriteAllText(_path, numbers.ToJson());
        Assert.That(FormationNumbers.Load(_path).ToJson(), Is.EqualTo(numbers.ToJson()));
        Assert.That(numbers.ToJson(), Does.Contain("Ölfarbe"));
        foreach (string text in (string[])["", "null", "[]", "{}", numbers.ToJson().Replace("\"half\"", "\"other\"", StringComparison.Ordinal),
            numbers.ToJson().Replace("\"Regions\"", "\"SweepDown\"", StringComparison.Ordinal), numbers.ToJson()[..50]])
        {
            File.WriteAllText(_path, text);
            Assert.That(() => FormationNumbers.Load(_path), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"{_path} holds no numbers of the formation study"), text);
        }

        File.WriteAllText(_path, """{ "t": 400, "generations": 256, "tolerance": 0.2, "neighbourCorrelation": 0.136 }""");
        Assert.That(() => FormationNumbers.Load(_path), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo($"{_path} was measured in the old way; run the command 'formation' again."));
        Assert.That(() => FormationNumbers.Load(_path + "x"), Throws.InstanceOf<IOException>());
    }

    [Test]
    public void What_cannot_be_measured_is_refused()
    {
        Assert.That(() => ImageFormation.Measure(new FormationRecorder<double>(), []), Throws.ArgumentException.With.Message.Contains("no generation"));
        Assert.That(() => ImageFormation.Measure(RowByRow(), [1, 2]), Throws.ArgumentException.With.Message.Contains("2 labels, but 1 images"));
        var still = ImageFormation.Measure(RowByRow(known: 8), [7]);
        Assert.That(still.Generations[0].Kinds, Is.EqualTo(FormationKinds.None));
        Assert.That(() => FormationNumbers.Of(still, 10, "still"), Throws.ArgumentException.With.Message.Contains("nothing to measure"));
    }

    [TestCase(FormationKinds.AllAtOnce, "generations: all at once")]
    [TestCase(FormationKinds.Regions, "generations: part by part, region by region.")]
    [TestCase(FormationKinds.SweepUp | FormationKinds.SweepLeft, "generations: part by part, from bottom to top and from right to left.")]
    [TestCase(FormationKinds.AlongStroke | FormationKinds.CoarseToFine, "part by part, along the stroke; besides, it goes from coarse to fine.")]
    [TestCase(FormationKinds.CoarseToFine, "generations: neither; it goes from coarse to fine.")]
    [TestCase(FormationKinds.CoarseToFine | FormationKinds.Random, "neither; it goes from coarse to fine, and what that leaves of its pixels' times is scattered, in no order.")]
    [TestCase(FormationKinds.Random, "neither; its pixels settle at scattered times, in no order.")]
    [TestCase(FormationKinds.None, "undecided: no kind is found for certain")]
    public void The_verdict_follows_from_the_shares(FormationKinds kinds, string words) =>
        Assert.That(With(kinds).Answer()[0], Does.Contain(words));

    [Test]
    public void The_words_say_how_sure_it_is()
    {
        var numbers = With(FormationKinds.CoarseToFine);
        Assert.That((numbers with { PartByPart = All }).Answer()[0], Does.Contain("part by part, in an order that differs from image to image; besides, it goes from coarse to fine"));
        Assert.That((numbers with { PartByPart = new(0.5, 0.4, 0.6) }).Answer()[0], Does.Contain("not clearly either"));
        Assert.That(numbers.Answer()[1], Does.Contain("100 % (90 to 100 %) go from coarse to fine").And.Not.Contain("more too few"));
        Assert.That((numbers with { Unmeasured = 3 }).Answer()[1], Does.Contain("In 3 more too few pixels change"));

        foreach (var (mean, p, words) in new[] { (0.7, 0.001, "That is an order."), (0.06, 0.001, "more than chance, and less than the 36 %"), (0.06, 0.4, "no more than chance") })
        {
            var share = new Tested(new(mean, mean, mean), 0.02, p);
            Assert.That((numbers with { Place = share, Path = share }).Answer()[2], Does.Contain(words));
        }

        foreach (var (low, high, words) in new[] { (0.1, 0.3, "is ahead of fine structure by 20 %"), (-0.3, -0.1, "is behind fine structure by 20 %"), (-0.1, 0.1, "neither ahead of fine structure nor behind it") })
            Assert.That((numbers with { CoarseLead = new(new((low + high) / 2, low, high), 0, 0.001) }).Answer()[3], Does.Contain(words));
    }

    private static FormationNumbers Numbers(string settings = "by hand") => FormationNumbers.Of(ImageFormation.Measure(RowByRow(), [7]), 10, settings);

    private static FormationNumbers With(FormationKinds kinds) => Numbers() with
    {
        Kinds = FormationKindsExtensions.Single.ToDictionary(kind => kind, kind => kinds.HasFlag(kind) ? All : default),
        PartByPart = (kinds & FormationKinds.PartByPart) != 0 ? All : default,
    };

    private static FormationRecorder<double> RowByRow(int known = 0)
    {
        var recorder = new FormationRecorder<double>();
        for (int step = 1; step <= 10; step++)
        {
            Tensor<double> After(int steps) => Tensor<double>.From([1, 8, 8, 1], [.. Enumerable.Range(0, 64).Select(p => p / 8 < Math.Max(known, steps) ? 1.0 : -1)]);
            recorder.OnStep(new(step, 10, 11 - step, 10 - step, After(10), null, After(step - 1), step));
        }

        return recorder;
    }
}

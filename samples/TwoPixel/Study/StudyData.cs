using System.Text.Json.Serialization;

namespace Diffusion.TwoPixel.Study;

/// <summary>
/// What a study is trained on and measured against: a mixture, of which everything is known, or points, of which nothing else
/// is. In config.json a mixture stands itself; points are named by their SHA-256 and lie beside it in data.csv.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StudyData
{
    /// <summary>The file beside config.json that holds the points of a run.</summary>
    public const string PointsName = "data.csv";

    /// <summary>What a file of a mixture looks like.</summary>
    public const string MixtureFormat = """{"Components":[{"Weight":1,"Left":0.5,"Right":0,"Sigma":0.1}, ...]}""";

    /// <summary>The points that are drawn of a set that everybody knows.</summary>
    public const int DatasetPoints = 20_000;

    /// <summary>The assignment's mixture.</summary>
    public static StudyData Assignment { get; } = new() { Mixture = GaussianMixture.TwoPixel };

    /// <summary>The mixture; null for points.</summary>
    public GaussianMixture? Mixture { get; init; }

    /// <summary>What points they are, <see cref="PointSet.Description"/>; null for a mixture.</summary>
    public string? Points { get; init; }

    /// <summary>The points themselves.</summary>
    [JsonIgnore]
    public PointSet? Set { get; private init; }

    /// <summary>What models and checkpoints of these data say of them.</summary>
    [JsonIgnore]
    public string Description => Mixture?.ToJson() ?? Points!;

    /// <summary>The number of labels, 0 if no point has one.</summary>
    [JsonIgnore]
    public int LabelCount => Mixture?.LabelCount ?? Set!.Classes;

    /// <summary>The largest absolute value of a coordinate: of the points, or of a mixture's means and three and a half sigma more.</summary>
    [JsonIgnore]
    public double Extent => Mixture is null
        ? Set!.Points.Span.ToArray().Max(value => (double)Math.Abs(value))
        : Mixture.Components.Max(c => Math.Max(Math.Abs(c.Left), Math.Abs(c.Right)) + (3.5 * c.Sigma));

    /// <summary>How far the figures reach.</summary>
    [JsonIgnore]
    public FigureWindow Window => this == Assignment ? new() : FigureWindow.For(Extent);

    /// <summary>Reads points, <c>left,right,label</c>.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such CSV; the message names it and the line.</exception>
    public static StudyData ReadPoints(string path)
    {
        Require("--data", path);
        var set = PointSet.Read(path);
        return new StudyData { Points = set.Description, Set = set };
    }

    /// <summary>Reads a mixture: the JSON of <see cref="GaussianMixture.ToJson"/>.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no mixture, or one of too many or too large components.</exception>
    public static StudyData ReadMixture(string path)
    {
        Require("--mixture", path);
        try
        {
            var data = new StudyData { Mixture = GaussianMixture.FromJson(File.ReadAllText(path)) };
            data.Check();
            return data;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message} Accepted is {MixtureFormat}, weights summing to 1.", e);
        }
    }

    /// <summary>A set that everybody knows: 25 Gaussians as the mixture that they are, of the others so many points.</summary>
    public static StudyData OfDataset(ToyData data)
    {
        if (data.Mixture is { } mixture)
            return new StudyData { Mixture = mixture };
        var (points, labels) = data.Sample(DatasetPoints, new RandomSource(0).At(0));
        var set = new PointSet(points, labels);
        return new StudyData { Points = set.Description, Set = set };
    }

    /// <summary>The same data with what does not stand in config.json itself: the points beside it.</summary>
    /// <exception cref="InvalidDataException">Neither a mixture nor points, or other points than those of the run.</exception>
    public StudyData Loaded(string configurationPath)
    {
        if ((Mixture is null) == (Points is null))
            throw new InvalidDataException("its data must be either a mixture or points.");
        if (Mixture is not null)
        {
            Check();
            return this;
        }

        string path = Path.Combine(Path.GetDirectoryName(configurationPath) ?? "", PointsName);
        if (!File.Exists(path))
            throw new InvalidDataException($"its points ({Points}) belong beside it in {path}, which is not there.");
        var found = ReadPoints(path);
        return found.Points == Points ? found : throw new InvalidDataException($"its points are {Points}, but {path} holds {found.Points}.");
    }

    /// <summary>Writes the points, if that is what the data are, to the folder of a run.</summary>
    public void Save(StudyFolder output)
    {
        if (Set is not null)
            PointFile.WriteCsv(output.File(PointsName), Set.Points, Set.Labels.Span);
    }

    /// <summary>The batches of a training.</summary>
    public IDataSource<float> Source() => Mixture is null ? new PointSource<float>(Set!) : new MixtureSource<float>(Mixture);

    /// <summary>Fresh draws of a mixture, or that many of the points, all if there are fewer.</summary>
    public (Tensor<float> Points, int[] Labels) Sample(int count, RandomStream stream) => Mixture is null
        ? Set!.Select(stream.Permutation(Set.Count).AsSpan(0, Math.Min(count, Set.Count)))
        : Mixture.Sample<float>(count, stream);

    /// <summary>The points in two halves without a common point, in an order of chance; at most so many in each.</summary>
    public (Tensor<float> First, Tensor<float> Second) Halves(int most, RandomStream stream)
    {
        int[] order = stream.Permutation(Set!.Count);
        int size = Math.Min(most, order.Length / 2);
        return (Set.Select(order.AsSpan(0, size)).Points, Set.Select(order.AsSpan(size, size)).Points);
    }

    /// <summary>The density of noised data, null if it is not known.</summary>
    public Func<double, double, double>? Density(double alphaCumprod) => Mixture is null ? null : Mixture.At(alphaCumprod).Density;

    /// <summary>The mean of a class and its standard deviation per pixel: exact for a mixture, of the points otherwise.</summary>
    public (Pixels Mean, double Sigma) Class(int label)
    {
        if (Mixture is not null)
            return (new Pixels(Mixture.Components[label].Left, Mixture.Components[label].Right), Mixture.Components[label].Sigma);
        var points = PixelTensors.Points(Set!.OfClass(label));
        var mean = PixelTensors.Mean(points);
        double deviation = Math.Sqrt(points.Average(p => Math.Pow((p - mean).Length, 2)) / 2);

        // A class of one point, or of equal ones, still needs axes. These numbers are only drawn and written beside.
        return (new Pixels(Short(mean.Left), Short(mean.Right)), Short(Math.Max(deviation, 0.01 * Window.Data)));
    }

    // Three significant digits.
    private static double Short(double value) => double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private void Check()
    {
        if (Mixture is { IsOfPixelPairs: false })
            throw new InvalidDataException("The mixture is not one of isotropic pixel pairs, each component with Weight, Left, Right and Sigma: the study draws no other.");
        if (LabelCount > PointSet.MostClasses)
            throw new InvalidDataException($"The mixture has {LabelCount} components; accepted are 1 to {PointSet.MostClasses}.");
        if (Extent > PointSet.Largest)
            throw new InvalidDataException($"The mixture reaches to {Extent:G6} (mean and 3.5 sigma); accepted is at most {PointSet.Largest}, and about 1 is best: the noise has standard deviation 1.");
    }

    private static void Require(string option, string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"{option} is '{path}', and there is no such file.");
    }
}

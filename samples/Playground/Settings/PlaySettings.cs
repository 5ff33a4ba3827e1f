using System.Text.Json.Serialization;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Training;

namespace Diffusion.Playground.Settings;

/// <summary>Everything that determines a model. The address of a state has the same members, so a link trains the same model again.</summary>
internal sealed record PlaySettings
{
    /// <summary>The most points that are drawn by hand, which a link has to hold.</summary>
    public const int MostPoints = 300;

    /// <summary>The schedules, by their kind in small letters.</summary>
    public static IReadOnlyList<string> Schedules { get; } = ["cosine", "linear", "sigmoid", "straight"];

    /// <summary>What a network may be asked for.</summary>
    public static IReadOnlyList<string> Objectives { get; } = ["noise", "x0", "v", "flow", "variance"];

    /// <summary>The networks.</summary>
    public static IReadOnlyList<string> Networks { get; } = ["mlp", "unet"];

    /// <summary>What is learned: one of <see cref="PlayData.Names"/>.</summary>
    public required string Data { get; init => field = Accept.OneOf(value, PlayData.Names); }

    /// <summary>The peaks of the mixture.</summary>
    public IReadOnlyList<Peak> Peaks { get; init => field = Accept.Count(value, 0, 8); } = [];

    /// <summary>Points that were drawn: left, right, label of each.</summary>
    public IReadOnlyList<double[]> Points { get; init => field = PlayData.CheckPoints(Accept.Count(value, 0, MostPoints)); } = [];

    /// <summary>The noise schedule.</summary>
    public required string Schedule { get; init => field = Accept.OneOf(value, Schedules); }

    /// <summary>T, the number of diffusion steps.</summary>
    [JsonPropertyName("T")]
    public required int T { get; init => field = Accept.Between(value, 2, 100); }

    /// <summary>What the network is asked.</summary>
    public required string Objective { get; init => field = Accept.OneOf(value, Objectives); }

    /// <summary>The kind of network.</summary>
    public required string Network { get; init => field = Accept.OneOf(value, Networks); }

    /// <summary>Features of a hidden layer; half of the wider ones of the UNet.</summary>
    public required int Width { get; init => field = value % 16 == 0 ? Accept.Between(value, 32, 128) : throw new RefusedException(400, $"Width is {value}; accepted are 32 to 128 in steps of 16."); }

    /// <summary>The highest learning rate.</summary>
    public required double LearningRate { get; init => field = Accept.Between(value, 1e-5, 0.1); }

    /// <summary>Samples in a training step.</summary>
    public required int Batch { get; init => field = Accept.Between(value, 16, 512); }

    /// <summary>The number of training steps.</summary>
    public required int Iterations { get; init => field = Accept.Between(value, 10, 100_000); }

    /// <summary>The seed of everything random; a whole number that JavaScript holds exactly.</summary>
    public required long Seed { get; init => field = Accept.Between(value, 0, 4_294_967_295); }

    /// <summary>The data.</summary>
    /// <exception cref="RefusedException">Peaks or points that are missing or not accepted.</exception>
    public PlayData MakeData()
    {
        if (Data == PlayData.MixtureName)
            return PlayData.Of(Accept.Count(Peaks, 1, 8, nameof(Peaks)));
        return Data == PlayData.DrawnName ? PlayData.Of(Accept.Count(Points, 2, MostPoints, nameof(Points))) : PlayData.Of(ToyData.Find(Data));
    }

    /// <summary>The schedule.</summary>
    public NoiseSchedule MakeSchedule() => Schedule == "straight"
        ? NoiseSchedule.Straight(T)
        : new VariancePreservingSchedule(new ScheduleConfiguration { Kind = Enum.Parse<ScheduleKind>(Schedule, ignoreCase: true), Timesteps = T });

    /// <summary>The objective.</summary>
    /// <exception cref="RefusedException">Noise on the straight line, whose end is pure noise.</exception>
    public IObjective<float> MakeObjective()
    {
        if (Schedule == "straight" && Objective is "noise" or "variance")
            throw new RefusedException(400, $"Objective is '{Objective}' with the schedule 'straight', where x_T is pure noise: knowing the noise says nothing of x_0 there. Accepted are x0, v and flow, or another schedule.");
        return Objective switch
        {
            "flow" => new FlowMatchingObjective<float>(),
            "variance" => new LearnedVarianceObjective<float>(),
            "x0" => new SimpleObjective<float>(Parameterisation.X0),
            "v" => new SimpleObjective<float>(Parameterisation.V),
            _ => new SimpleObjective<float>(),
        };
    }

    /// <summary>A network with its first values.</summary>
    /// <param name="classes">The number of labels of the data.</param>
    /// <exception cref="RefusedException">Variances of a network that has no output for them.</exception>
    public DenoisingNetwork<float> MakeNetwork(int classes)
    {
        var random = new RandomSource((ulong)Seed);
        if (Network == "unet")
        {
            return new TwoPixelUNet<float>(new() { Channels1 = Width, Channels2 = Math.Max(128, 2 * Width), Embedding = 2 * Width, Classes = Math.Max(1, classes), Timesteps = T, LearnsVariance = Objective == "variance" }, random);
        }

        return Objective != "variance" ? new MlpDenoiser<float>(new() { Dimensions = 2, Width = Width, Classes = Math.Max(1, classes), Timesteps = T }, random)
            : throw new RefusedException(400, "Objective is 'variance', which the network 'mlp' has no output for; accepted is the network unet.");
    }

    /// <summary>The settings of the training.</summary>
    public TrainingConfiguration MakeTraining() => new() { Iterations = Iterations, Batch = Batch, LearningRate = LearningRate, Ema = 0.995, Seed = (ulong)Seed };
}

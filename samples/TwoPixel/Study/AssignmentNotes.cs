using Diffusion.Objectives;

namespace Diffusion.TwoPixel.Study;

/// <summary>What is done otherwise than the assignment says, and what in it seems to be wrong.</summary>
internal static class AssignmentNotes
{
    /// <summary>A contradiction in the assignment that concerns every run.</summary>
    public const string FigureTwo = "The text of Fig. 2 says that the lighter right pixel comes twice as often; the weights say the opposite. The weights are kept: class 0, the left pixel darker, has weight 0.35.";

    /// <summary>What in the assignment seems to be wrong, and what was done about it.</summary>
    public static IReadOnlyList<string> SuspectedErrors { get; } =
    [
        "The cosine schedule is squared in the paper, ᾱ_t = f(t)/f(0) with f = cos²(...); the assignment's text lost the square.",
        FigureTwo,
        "GroupNorm(32) after a layer of 32 channels at length 1 has one number in a group, which is normalised to its bias whatever it was; so is a group of two to signs. The second level has 128 channels here by default.",
        "Fourier features of unit scale alias whole numbers t: sin(2πft) does not change from t to t + 1 where f is near a whole number. The features here are of t/T.",
    ];

    /// <summary>The name of a loss.</summary>
    public static string NameOf(LossKind loss) => loss switch
    {
        LossKind.L1 => "the mean absolute error",
        LossKind.Huber => "Huber's loss",
        _ => "the mean squared error",
    };

    /// <summary>What is done otherwise, of a run with these settings.</summary>
    public static IReadOnlyList<string> Changes(RunConfiguration configuration) =>
    [
        .. configuration.Schedule != ScheduleKind.Cosine ? [$"The schedule is the {configuration.Schedule.ToString().ToLowerInvariant()} one; the assignment's is the cosine."] : (string[])
        [
            "The cosine schedule is squared, ᾱ_t = f(t)/f(0) with f = cos²(...), as in the paper.",
            "β_t is clipped at 0.999 and ᾱ_t is built again from the clipped β, so that the two agree; only the last step is changed by it.",
        ],
        .. configuration.Network != NetworkKind.UNet ? ["The network is a fully connected one in place of the assignment's UNet."] : (string[])
        [
            "Decoder 2 has two output channels of a sequence of length 1, seen as two pixels. A kernel of size 2 to one channel is the same linear map but for one shared bias.",
            $"Encoder 2 has {2 * configuration.Width} channels, not 32, so that no group of GroupNorm(32) has a single one.",
        ],
        .. configuration.Loss == LossKind.L2 ? (string[])[] : [$"The loss is {NameOf(configuration.Loss)}; the assignment's is the mean squared error."],
        "t counts diffusion time everywhere, also where the assignment counts steps done; panels name both.",
        "Labels are dropped for each sample by itself, to a null class of their own.",
        "The step's Fourier features are of t/T.",
        "Sampling uses the moving average of the weights.",
    ];
}

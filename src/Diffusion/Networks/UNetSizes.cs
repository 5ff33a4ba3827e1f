using Diffusion.Numerics;

namespace Diffusion.Networks;

/// <summary>What the UNets of images and of sequences have in common: see <see cref="UNetConfiguration"/> and <see cref="UNet1dConfiguration"/>.</summary>
public abstract record UNetSizes
{
    private const int Largest = 4096;

    private protected UNetSizes()
    {
    }

    /// <summary>C, the channels of the data: 1 for grey, 3 for colour.</summary>
    public required int Channels { get; init => field = Accepted.Between(value, 1, Largest); }

    /// <summary>The levels, from that of the data down: each next one has half the extents, rounded up.</summary>
    public required IReadOnlyList<UNetLevel> Levels
    {
        get;
        init => field = value is { Count: >= 1 and <= 16 } && value.All(level => level is not null) ? value
            : throw new ArgumentOutOfRangeException(nameof(Levels), $"Levels has {(value is null ? "no list" : $"{value.Count} entries")}; accepted are 1 to 16 levels, none of them null.");
    }

    /// <summary>The attention between the two blocks at the bottom, with the heads of the deepest level.</summary>
    public AttentionKind Middle { get; init => field = Accepted.Defined(value); } = AttentionKind.Softmax;

    /// <summary>Groups of the normalisation; every width is a multiple.</summary>
    public int Groups { get; init => field = Accepted.Between(value, 1, Largest); } = 8;

    /// <summary>Features of the embedding of step, class and vector: even, half of a step's are Fourier frequencies.</summary>
    public int Embedding { get; init => field = Accepted.Even(value, Largest); } = 128;

    /// <summary>The number of classes, without the null class; 0 for none.</summary>
    public int Classes { get; init => field = Accepted.Between(value, 0, 1000); }

    /// <summary>F, the numbers of the vector that conditions a sample; 0 for none.</summary>
    public int ConditionFeatures { get; init => field = Accepted.Between(value, 0, 65_536); }

    /// <summary>C', the channels of the image (or sequence) of the data's extents that conditions a sample; 0 for none.</summary>
    public int ConditionChannels { get; init => field = Accepted.Between(value, 0, Largest); }

    /// <summary>T, by which times are divided before they reach the network.</summary>
    public required int Timesteps { get; init => field = Accepted.AtLeast(value, 1); }

    /// <summary>Checks what no property can check by itself.</summary>
    /// <param name="extents">The extents at each level.</param>
    /// <exception cref="ArgumentException">Settings that do not go together.</exception>
    internal void Check(int[][] extents)
    {
        if (ConditionFeatures > 0 && ConditionChannels > 0)
            throw new ArgumentException($"ConditionFeatures is {ConditionFeatures} and ConditionChannels is {ConditionChannels}; a condition has a vector or an image, so one of them is 0.");
        for (int i = 0; i < Levels.Count; i++)
        {
            var level = Levels[i];
            if (level.Width % Groups != 0)
                throw new ArgumentException($"The width of level {i} is {level.Width}; it must be a multiple of the {Groups} groups.");
            if (level.Width == Groups && Array.TrueForAll(extents[i], extent => extent == 1))
                throw new ArgumentException($"The width of level {i} is {level.Width} in as many groups: of a single position nothing would be left. It must be a larger multiple of {Groups}.");
            if ((level.Attention != AttentionKind.None || (i == Levels.Count - 1 && Middle != AttentionKind.None)) && level.Width % level.Heads != 0)
                throw new ArgumentException($"The width of level {i} is {level.Width}; it must be a multiple of its {level.Heads} heads.");
        }
    }
}

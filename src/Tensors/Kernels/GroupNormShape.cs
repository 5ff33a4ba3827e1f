namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of a group normalisation of [N, S, C]: S positions (length, or height times width), C channels in G groups.</summary>
internal readonly record struct GroupNormShape
{
    /// <summary>Makes and checks the sizes.</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups, a negative size, or more elements than a shape has.</exception>
    public GroupNormShape(int batch, int positions, int channels, int groups)
    {
        if (groups < 1 || channels < 0 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {groups} groups.", nameof(groups));
        (Batch, Positions, Channels, Groups) = (batch, positions, channels, groups);
        Length = new Shape(batch, positions, channels).Length;
        Statistics = new Shape(batch, groups).Length;
        _ = new Shape(Math.Max(batch, 1), positions, channels);
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>S.</summary>
    public int Positions { get; }

    /// <summary>C, a multiple of G.</summary>
    public int Channels { get; }

    /// <summary>G.</summary>
    public int Groups { get; }

    /// <summary>How many numbers are normalised together.</summary>
    public int GroupSize => Positions * (Channels / Groups);

    /// <summary>C / G.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>N·S·C.</summary>
    public int Length { get; }

    /// <summary>N·G, the length of the kept means and reciprocal standard deviations.</summary>
    public int Statistics { get; }
}

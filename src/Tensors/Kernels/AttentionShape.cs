namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of self-attention over [N, S, 3·C]: queries, keys and values side by side, each of H heads of C/H channels.</summary>
public readonly record struct AttentionShape
{
    /// <summary>Makes and checks the sizes.</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the heads, or a size below what it must be.</exception>
    public AttentionShape(int batch, int positions, int channels, int heads)
    {
        if (batch < 0 || positions < 0 || channels < 1 || heads < 1 || channels % heads != 0 || channels > int.MaxValue / 3)
            throw new ArgumentException($"Attention over {batch} samples of {positions} positions with {channels} channels in {heads} heads cannot be: channels are a multiple of the heads, at most {int.MaxValue / 3}, and nothing is negative.", nameof(heads));
        (Batch, Positions, Channels, Heads) = (batch, positions, channels, heads);
        _ = (Input, Output, Statistics, Input.With(0, Math.Max(batch, 1)));
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>S.</summary>
    public int Positions { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>H.</summary>
    public int Heads { get; }

    /// <summary>C / H.</summary>
    public int HeadChannels => Channels / Heads;

    /// <summary>[N, S, 3·C].</summary>
    public Shape Input => [Batch, Positions, 3 * Channels];

    /// <summary>[N, S, C].</summary>
    public Shape Output => [Batch, Positions, Channels];

    /// <summary>[N, H, S]: one number for each row of the attention matrix.</summary>
    public Shape Statistics => [Batch, Heads, Positions];
}

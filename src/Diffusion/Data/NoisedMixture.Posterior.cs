namespace Diffusion.Data;

/// <summary>Draws from what is known of x_0.</summary>
public sealed partial class NoisedMixture
{
    /// <summary>Draws x_0 given x_t = x: component k with its responsibility, then the component's Gaussian of mean m_k + g Sigma_k u_k and covariance B Sigma_k C_k^-1.</summary>
    /// <param name="x">The point x_t, [d].</param>
    /// <param name="uniform">A uniform number in [0, 1), which chooses the component.</param>
    /// <param name="normal">Standard normal numbers, [d].</param>
    /// <param name="destination">Receives x_0, [d].</param>
    /// <exception cref="ArgumentException">Not d numbers.</exception>
    public void PosteriorDraw(ReadOnlySpan<double> x, double uniform, ReadOnlySpan<double> normal, Span<double> destination)
    {
        CheckRoom(destination, Dimensions, "numbers of a point");
        if (normal.Length != Dimensions)
            throw new ArgumentException($"{normal.Length} normal numbers were given; a point has {Dimensions}.", nameof(normal));
        var scratch = Scratch();
        _ = Weigh(x, scratch);
        int k = 0;
        for (double left = uniform; k < Count - 1 && left >= scratch[k]; k++)
            left -= scratch[k];
        _components[k].PosteriorMean(Offset(scratch, k), destination);
        _components[k].AddPosteriorDraw(normal, destination);
    }
}

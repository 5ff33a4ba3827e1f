using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;

namespace Diffusion.Data;

/// <summary>
/// One Gaussian of a mixture over points of d numbers: isotropic (<see cref="Sigma"/>) or with a full covariance. Of pixel
/// pairs, that is isotropic in two dimensions, it is an initialiser with Weight, Left, Right and Sigma; of others, a constructor. Immutable.
/// </summary>
[JsonConverter(typeof(MixtureComponentJson))]
public sealed record MixtureComponent
{
    private readonly double[] _mean;
    private readonly double _sigma;

    /// <summary>An isotropic component over pixel pairs; the initialiser gives all of it.</summary>
    public MixtureComponent() => _mean = new double[2];

    /// <summary>An isotropic component over points of d numbers.</summary>
    /// <param name="weight">The probability of the component, in (0, 1].</param>
    /// <param name="mean">The mean, [d], d at least 1, finite.</param>
    /// <param name="sigma">The standard deviation of each number; positive.</param>
    /// <exception cref="ArgumentException">No number in the mean, or a value that is not accepted.</exception>
    [SetsRequiredMembers]
    public MixtureComponent(double weight, ReadOnlySpan<double> mean, double sigma)
    {
        Weight = weight;
        _mean = CheckMean(mean);
        Sigma = sigma;
    }

    /// <summary>A component with a full covariance.</summary>
    /// <param name="weight">The probability of the component, in (0, 1].</param>
    /// <param name="mean">The mean, [d], d at least 1, finite.</param>
    /// <param name="covariance">The covariance, [d, d], row-major; symmetric and positive definite.</param>
    /// <exception cref="ArgumentException">No number in the mean, a value that is not accepted, or a matrix that is no covariance of d numbers.</exception>
    [SetsRequiredMembers]
    public MixtureComponent(double weight, ReadOnlySpan<double> mean, ReadOnlySpan<double> covariance)
    {
        Weight = weight;
        _mean = CheckMean(mean);
        Full = FullCovariance.Of(covariance, mean);
    }

    /// <summary>The probability of the component, in (0, 1].</summary>
    public required double Weight
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Weight), value, $"The Weight of a component is {value}; accepted is (0, 1].");
    }

    /// <summary>The mean of the left pixel of a pair (intensity, data lie in about [-1.5, 1.5]): the first number of <see cref="Mean"/>.</summary>
    /// <exception cref="InvalidOperationException">The points have another number of dimensions than two.</exception>
    public required double Left
    {
        get => Pair[0];
        init => _mean = [CheckMean(value), Pair[1]];
    }

    /// <summary>The mean of the right pixel of a pair: the second number of <see cref="Mean"/>.</summary>
    /// <exception cref="InvalidOperationException">The points have another number of dimensions than two.</exception>
    public required double Right
    {
        get => Pair[1];
        init => _mean = [Pair[0], CheckMean(value)];
    }

    /// <summary>The standard deviation of each number; positive. Set by <c>with</c>, it takes the place of a full covariance.</summary>
    /// <exception cref="InvalidOperationException">The component has a full covariance.</exception>
    public required double Sigma
    {
        get => IsIsotropic ? _sigma : throw new InvalidOperationException("The component has a full covariance and no single Sigma; read Covariance.");
        init
        {
            _sigma = value > 0 && double.IsFinite(value) ? value
                : throw new ArgumentOutOfRangeException(nameof(Sigma), value, $"The Sigma of a component is {value}; it must be positive and finite.");
            Full = null;
        }
    }

    /// <summary>The mean, [d].</summary>
    public ReadOnlyMemory<double> Mean => _mean;

    /// <summary>The covariance, [d, d], row-major; Sigma²·I if it is isotropic.</summary>
    public ReadOnlyMemory<double> Covariance
    {
        get
        {
            if (Full is not null)
                return Full.Matrix;
            double[] matrix = new double[Dimensions * Dimensions];
            for (int i = 0; i < Dimensions; i++)
                matrix[i * (Dimensions + 1)] = _sigma * _sigma;
            return matrix;
        }
    }

    /// <summary>The number of dimensions d.</summary>
    public int Dimensions => _mean.Length;

    /// <summary>Whether the covariance was given as <see cref="Sigma"/>.</summary>
    public bool IsIsotropic => Full is null;

    /// <summary>The full covariance with its factors; null if it is isotropic.</summary>
    internal FullCovariance? Full { get; private init; }

    private double[] Pair => Dimensions == 2 ? _mean
        : throw new InvalidOperationException($"The component has {Dimensions} dimensions; Left and Right are those of pixel pairs, read Mean.");

    /// <summary>A times the variance along principal axis i.</summary>
    internal double ScaledVariance(double a, int axis) => Full is null ? a * _sigma * _sigma : a * Full.Variances[axis];

    /// <inheritdoc/>
    public bool Equals(MixtureComponent? other) =>
        other is not null && Weight == other.Weight && _mean.AsSpan().SequenceEqual(other._mean) && IsIsotropic == other.IsIsotropic
        && (Full is null ? _sigma == other._sigma : Full.Matrix.AsSpan().SequenceEqual(other.Full!.Matrix));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Weight);
        foreach (double value in _mean)
            hash.Add(value);
        foreach (double value in Full?.Matrix ?? [_sigma])
            hash.Add(value);
        return hash.ToHashCode();
    }

    // What ToString shows: a property that the component does not have would throw.
    private bool PrintMembers(StringBuilder builder)
    {
        _ = builder.Append($"Weight = {Weight}, Mean = ({string.Join(", ", _mean)}), ");
        _ = IsIsotropic ? builder.Append($"Sigma = {_sigma}") : builder.Append($"Covariance = ({string.Join(", ", Full!.Matrix)})");
        return true;
    }

    private static double[] CheckMean(ReadOnlySpan<double> mean)
    {
        if (mean.IsEmpty)
            throw new ArgumentException("The Mean of a component has no number; accepted is one for each dimension, at least one.", nameof(mean));
        for (int i = 0; i < mean.Length; i++)
            _ = CheckMean(mean[i], $"{nameof(Mean)}[{i}]");
        return mean.ToArray();
    }

    private static double CheckMean(double value, [CallerMemberName] string name = "") => double.IsFinite(value) ? value
        : throw new ArgumentOutOfRangeException(name, value, $"The mean {name} of a component is {value}; it must be finite.");
}

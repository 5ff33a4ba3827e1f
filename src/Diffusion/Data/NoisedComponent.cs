namespace Diffusion.Data;

/// <summary>
/// One component of q(x_t): a Gaussian of mean g m and covariance C = A Sigma + B I, which has the principal axes V of Sigma
/// and the variances c_i = A lambda_i + B along them. A point is handled as z = V'(x - g m). Of an isotropic component V is
/// the identity, all c_i are one number, and nothing costs the square of d.
/// </summary>
internal sealed class NoisedComponent
{
    private readonly MixtureComponent _data;

    // _inverse is 1/c_i and _gain g lambda_i/c_i, by axis; one number each if the component is isotropic.
    private readonly double[] _mean, _inverse, _gain;
    private readonly double[]? _axes;
    private readonly double _a, _b;
    private double[]? _within;

    public NoisedComponent(MixtureComponent data, double a, double b)
    {
        (_data, _a, _b, _axes) = (data, a, b, data.Full?.Axes);
        int d = data.Dimensions, axes = data.IsIsotropic ? 1 : d;
        double g = Math.Sqrt(a);
        _mean = new double[d];
        for (int i = 0; i < d; i++)
            _mean[i] = g * data.Mean.Span[i];
        _inverse = new double[axes];
        _gain = new double[axes];
        for (int i = 0; i < axes; i++)
        {
            _inverse[i] = 1 / (data.ScaledVariance(a, i) + b);
            _gain[i] = data.ScaledVariance(g, i) * _inverse[i];
        }

        LogWeight = Math.Log(data.Weight)
            + (data.IsIsotropic ? d / 2.0 * Math.Log(_inverse[0]) : _inverse.Sum(Math.Log) / 2);
    }

    /// <summary>log w - (log det C)/2.</summary>
    public double LogWeight { get; }

    /// <summary>g m, [d].</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>1/c, where the component is isotropic.</summary>
    public double InverseVariance => _inverse[0];

    /// <summary>tr C^-1.</summary>
    public double InverseTrace => _axes is null ? _mean.Length * _inverse[0] : _inverse.Sum();

    /// <summary>The standard deviation along principal axis i, the root of c_i.</summary>
    public double Deviation(int axis) => Math.Sqrt(_data.ScaledVariance(_a, axis) + _b);

    /// <summary>z = V'(x - g m).</summary>
    public void Offset(ReadOnlySpan<double> x, Span<double> z)
    {
        if (_axes is null)
        {
            for (int i = 0; i < z.Length; i++)
                z[i] = x[i] - _mean[i];
            return;
        }

        z.Clear();
        for (int i = 0; i < z.Length; i++)
        {
            double offset = x[i] - _mean[i];
            var row = _axes.AsSpan(i * z.Length, z.Length);
            for (int j = 0; j < row.Length; j++)
                z[j] += offset * row[j];
        }
    }

    /// <summary>x = g m + V·diag(deviations)·y.</summary>
    public void Point(ReadOnlySpan<double> deviations, ReadOnlySpan<double> y, Span<double> x)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] = _mean[i] + (_axes is null ? deviations[i] * y[i] : Along(_axes, i, deviations, y));
    }

    /// <summary>(x - g m)' C^-1 (x - g m), the squared Mahalanobis distance.</summary>
    public double SquaredDistance(ReadOnlySpan<double> z)
    {
        double sum = 0;
        if (_axes is null)
        {
            foreach (double value in z)
                sum += value * value;
            return sum * _inverse[0];
        }

        for (int i = 0; i < z.Length; i++)
            sum += z[i] * z[i] * _inverse[i];
        return sum;
    }

    /// <summary>sum += weight·C^-1 (x - g m), which is -weight times the component's score.</summary>
    public void AddPull(double weight, ReadOnlySpan<double> z, Span<double> sum)
    {
        if (_axes is null)
        {
            weight *= _inverse[0];
            for (int i = 0; i < z.Length; i++)
                sum[i] += weight * z[i];
            return;
        }

        for (int i = 0; i < z.Length; i++)
            sum[i] += weight * Along(_axes, i, _inverse, z);
    }

    /// <summary>E[x_0 | x, this component] = m + g Sigma C^-1 (x - g m).</summary>
    public void PosteriorMean(ReadOnlySpan<double> z, Span<double> mean)
    {
        var data = _data.Mean.Span;
        if (_axes is null)
        {
            for (int i = 0; i < mean.Length; i++)
                mean[i] = data[i] + (_gain[0] * z[i]);
            return;
        }

        for (int i = 0; i < mean.Length; i++)
            mean[i] = data[i] + Along(_axes, i, _gain, z);
    }

    /// <summary>x += V·diag(√(B lambda_i / c_i))·y: turns the mean of x_0 given x_t and this component into a draw.</summary>
    public void AddPosteriorDraw(ReadOnlySpan<double> y, Span<double> x)
    {
        Span<double> deviations = stackalloc double[_inverse.Length <= 64 ? _inverse.Length : 0];
        if (deviations.IsEmpty)
            deviations = new double[_inverse.Length];
        for (int i = 0; i < deviations.Length; i++)
            deviations[i] = Math.Sqrt(_data.ScaledVariance(_b, i) * _inverse[i]);
        for (int i = 0; i < x.Length; i++)
            x[i] += _axes is null ? deviations[0] * y[i] : Along(_axes, i, deviations, y);
    }

    /// <summary>sum += weight·(Cov(x_0 | x, this component) + y y'), [d, d]; the covariance is B Sigma C^-1 whatever x is.</summary>
    public void AddPosterior(double weight, ReadOnlySpan<double> y, Span<double> sum)
    {
        int d = y.Length;
        double isotropic = _axes is null ? _data.ScaledVariance(1, 0) * _b * _inverse[0] : 0;
        double[]? within = _axes is null ? null : Within(_axes);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                if (within is not null)
                    sum[(i * d) + j] += weight * (within[(i * d) + j] + (y[i] * y[j]));
                else
                    sum[(i * d) + j] += i == j ? weight * (isotropic + (y[i] * y[i])) : weight * y[i] * y[j];
            }
        }
    }

    // V·diag(B lambda_i / c_i)·V', made when it is first asked for: nothing else of a level costs the cube of d.
    private double[] Within(double[] axes)
    {
        if (_within is { } known)
            return known;
        double[] within = new double[axes.Length], variances = _data.Full!.Variances;
        FullCovariance.Add(within, _mean.Length, axes, i => variances[i] * _b * _inverse[i]);
        return _within = within;
    }

    // Element i of V·diag(factors)·z.
    private static double Along(double[] axes, int i, ReadOnlySpan<double> factors, ReadOnlySpan<double> z)
    {
        var row = axes.AsSpan(i * z.Length, z.Length);
        double sum = 0;
        for (int j = 0; j < row.Length; j++)
            sum += row[j] * (factors[j] * z[j]);
        return sum;
    }
}

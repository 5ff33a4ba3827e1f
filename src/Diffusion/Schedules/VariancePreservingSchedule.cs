using System.Text.Json;
using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// A schedule that preserves variance: x_t = sqrt(A_t) x_0 + sqrt(1 - A_t) eps (assignment eq. 3, DDPM eq. 4), with A at the whole
/// steps from a table. Every table is indexed by t, has length T + 1 and is computed in double; entry 0 is the value without noise.
/// </summary>
public sealed class VariancePreservingSchedule : NoiseSchedule
{
    internal const string TableKind = "AlphasCumprod";

    private readonly double[] _betas, _alphas, _alphasCumprod, _sqrtAlphasCumprod, _sqrtOneMinusAlphasCumprod;
    private readonly double[] _posteriorVariance, _posteriorLogVarianceClipped, _posteriorMeanCoefX0, _posteriorMeanCoefXt;
    private readonly double[] _snr, _lambda;
    private readonly ScheduleCurve _curve;

    /// <summary>Builds the schedule of a configuration.</summary>
    /// <exception cref="ArgumentException">The parameters of the configuration's kind contradict each other.</exception>
    public VariancePreservingSchedule(ScheduleConfiguration configuration)
        : this(ScheduleBetas.Of(configuration), configuration)
    {
    }

    private VariancePreservingSchedule(double[] betas, ScheduleConfiguration? configuration, double[]? alphasCumprod = null)
        : base(betas.Length - 1)
    {
        Configuration = configuration;
        _betas = betas;
        _alphas = Array.ConvertAll(_betas, beta => 1 - beta);
        _alphasCumprod = alphasCumprod ?? new double[T + 1];
        _alphasCumprod[0] = 1;
        for (int t = 1; t <= T && alphasCumprod is null; t++)
            _alphasCumprod[t] = _alphasCumprod[t - 1] * _alphas[t];

        _curve = configuration?.Kind switch
        {
            ScheduleKind.Cosine => new CosineCurve(_alphasCumprod, configuration.CosineOffset),
            ScheduleKind.Sigmoid => new SigmoidCurve(_alphasCumprod, configuration.SigmoidStart / configuration.SigmoidTau, configuration.SigmoidEnd / configuration.SigmoidTau),
            ScheduleKind.Linear => new LogCubicCurve(configuration.Version == 1 ? _betas : ScheduleBetas.LinearBetas(configuration, LogCubicCurve.PublishedSteps), T),
            _ => new AngleCurve(_alphasCumprod),
        };

        _sqrtAlphasCumprod = Array.ConvertAll(_alphasCumprod, Math.Sqrt);
        _sqrtOneMinusAlphasCumprod = Array.ConvertAll(_alphasCumprod, a => Math.Sqrt(1 - a));
        _snr = Array.ConvertAll(_alphasCumprod, a => a / (1 - a));
        _lambda = Array.ConvertAll(_snr, snr => Math.Log(snr) / 2);

        _posteriorVariance = new double[T + 1];
        _posteriorMeanCoefX0 = new double[T + 1];
        _posteriorMeanCoefXt = new double[T + 1];
        _posteriorMeanCoefX0[0] = 1;
        for (int t = 1; t <= T; t++)
        {
            double rest = 1 - _alphasCumprod[t], restBefore = 1 - _alphasCumprod[t - 1];
            _posteriorVariance[t] = _betas[t] * restBefore / rest;
            _posteriorMeanCoefX0[t] = _sqrtAlphasCumprod[t - 1] * _betas[t] / rest;
            _posteriorMeanCoefXt[t] = Math.Sqrt(_alphas[t]) * restBefore / rest;
        }

        _posteriorLogVarianceClipped = Array.ConvertAll(_posteriorVariance, Math.Log);
        _posteriorLogVarianceClipped[1] = T > 1 ? _posteriorLogVarianceClipped[2] : Math.Log(_betas[1]);
        _posteriorLogVarianceClipped[0] = _posteriorLogVarianceClipped[1];
    }

    /// <summary>What the schedule was built from; null where it was a table.</summary>
    public ScheduleConfiguration? Configuration { get; }

    /// <inheritdoc/>
    public override string Kind => Configuration?.Kind.ToString() ?? TableKind;

    /// <summary>beta_t, the variance that step t adds; 0 at t = 0.</summary>
    public ReadOnlySpan<double> Betas => _betas;

    /// <summary>alpha_t = 1 - beta_t; 1 at t = 0.</summary>
    public ReadOnlySpan<double> Alphas => _alphas;

    /// <summary>A_t = alpha_1 ··· alpha_t, the share of the data's variance that is left; 1 at t = 0.</summary>
    public ReadOnlySpan<double> AlphasCumprod => _alphasCumprod;

    /// <summary>sqrt(A_t), the factor of x_0 in x_t.</summary>
    public ReadOnlySpan<double> SqrtAlphasCumprod => _sqrtAlphasCumprod;

    /// <summary>sqrt(1 - A_t), the standard deviation of the noise in x_t; 0 at t = 0.</summary>
    public ReadOnlySpan<double> SqrtOneMinusAlphasCumprod => _sqrtOneMinusAlphasCumprod;

    /// <summary>beta_t (1 - A_{t-1}) / (1 - A_t), the variance of q(x_{t-1} | x_t, x_0) (DDPM eq. 7); 0 at t = 0 and t = 1.</summary>
    public ReadOnlySpan<double> PosteriorVariance => _posteriorVariance;

    /// <summary>
    /// log <see cref="PosteriorVariance"/>, finite: entries 0 and 1 hold the value of t = 2 (as in improved-diffusion),
    /// or log beta_1 if T = 1.
    /// </summary>
    public ReadOnlySpan<double> PosteriorLogVarianceClipped => _posteriorLogVarianceClipped;

    /// <summary>sqrt(A_{t-1}) beta_t / (1 - A_t), the factor of x_0 in the mean of q(x_{t-1} | x_t, x_0) (DDPM eq. 7); 1 at t = 0.</summary>
    public ReadOnlySpan<double> PosteriorMeanCoefX0 => _posteriorMeanCoefX0;

    /// <summary>sqrt(alpha_t) (1 - A_{t-1}) / (1 - A_t), the factor of x_t in the mean of q(x_{t-1} | x_t, x_0) (DDPM eq. 7); 0 at t = 0.</summary>
    public ReadOnlySpan<double> PosteriorMeanCoefXt => _posteriorMeanCoefXt;

    /// <summary>The signal-to-noise ratio A_t / (1 - A_t); infinite at t = 0.</summary>
    public ReadOnlySpan<double> Snr => _snr;

    /// <summary>lambda_t = log(sqrt(A_t) / sqrt(1 - A_t)), half of log SNR: the time of DPM-Solver (arXiv:2206.00927); infinite at t = 0.</summary>
    public ReadOnlySpan<double> Lambda => _lambda;

    /// <summary>
    /// A at a real time t in [0, T], equal to the table at integers, continuous and decreasing. Between steps the cosine
    /// and the logistic function follow their closed form (in a clipped step, with the function's argument rising linearly
    /// to the table's value); the linear schedule interpolates log A by a monotone cubic, a given table the angle of (g, S).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public double AlphaCumprodAt(double t) => At(t).A;

    /// <summary>1 - A at a real time t in [0, T], without loss of digits near t = 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public double OneMinusAlphaCumprodAt(double t) => At(t).B;

    /// <inheritdoc/>
    public override double LambdaAt(double t)
    {
        var level = At(t);
        return Math.Log(level.A / level.B) / 2;
    }

    /// <summary>1: variance is preserved.</summary>
    public override double DeviationAt(NoiseLevel level) => 1;

    /// <inheritdoc/>
    public override string ToJson() => Configuration?.ToJson() ?? JsonSerializer.Serialize(new AlphasCumprodTable { AlphasCumprod = _alphasCumprod[1..] }, ScheduleJson.Default.AlphasCumprodTable);

    /// <summary>
    /// The same schedule shifted and stretched in sqrt(A) so that nothing of the data is left at t = T and the first step stays as it is
    /// (arXiv:2305.08891, algorithm 1). A network of the noise says nothing of the data there: predict v, x_0 or the flow.
    /// </summary>
    /// <exception cref="InvalidOperationException">T is 1.</exception>
    public VariancePreservingSchedule WithZeroTerminalSnr()
    {
        if (T == 1)
            throw new InvalidOperationException("With T = 1 the only step would be pure noise; T must be at least 2.");
        double first = _sqrtAlphasCumprod[1], last = _sqrtAlphasCumprod[T], scale = first / (first - last);
        double[] shifted = new double[T];
        for (int t = 1; t <= T; t++)
        {
            double root = (_sqrtAlphasCumprod[t] - last) * scale;
            shifted[t - 1] = t == 1 ? _alphasCumprod[1] : root * root;
        }

        return OfAlphasCumprod(shifted);
    }

    /// <summary>Such as <c>Cosine, T = 50</c>.</summary>
    public override string ToString() => $"{Kind}, T = {T}";

    internal static VariancePreservingSchedule OfAlphasCumprod(ReadOnlySpan<double> table)
    {
        if (table.IsEmpty)
            throw new ArgumentException("The table of alphas-cumprod is empty; it has a value for each of the steps 1 ... T.", nameof(table));
        double[] alphasCumprod = [1, .. table], betas = new double[alphasCumprod.Length];
        for (int t = 1; t < betas.Length; t++)
        {
            double a = alphasCumprod[t], before = alphasCumprod[t - 1];
            if (!(a < before && (a > 0 || (a == 0 && t == betas.Length - 1))))
                throw new ArgumentException($"alphas-cumprod at t = {t} is {a}, after {before}; values must fall and be more than 0, but for the last, which may be 0.", nameof(table));
            betas[t] = 1 - (a / before);
        }

        return new(betas, configuration: null, alphasCumprod);
    }

    /// <inheritdoc/>
    protected override NoiseLevel LevelAt(double t)
    {
        int step = (int)t;
        var (a, b) = t == step ? (_alphasCumprod[step], 1 - _alphasCumprod[step]) : _curve.At(t);
        return NoiseLevel.OfVariances(t, a, b);
    }

    /// <inheritdoc/>
    protected override double TimeAt(double lambda) => _curve.TimeOf(Precise.Sigmoid(2 * lambda), Precise.Sigmoid(-2 * lambda));

    private protected override double AddedVariance(NoiseLevel t, NoiseLevel s) =>
        t.Time - s.Time == 1 && t.Time == (int)t.Time ? _betas[(int)t.Time] : 1 - (t.A / s.A);
}

using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// How much noise x_t holds at each time: x_t = sqrt(A_t) x_0 + sqrt(1 - A_t) eps (assignment eq. 3, DDPM eq. 4).
/// Steps are t = 1..T, and t = 0 is the data. Every table is indexed by t, has length T + 1 and is computed in double;
/// entry 0 is the value without noise. Immutable; safe to share between threads.
/// </summary>
public sealed partial class NoiseSchedule
{
    private readonly double[] _betas, _alphas, _alphasCumprod, _sqrtAlphasCumprod, _sqrtOneMinusAlphasCumprod;
    private readonly double[] _posteriorVariance, _posteriorLogVarianceClipped, _posteriorMeanCoefX0, _posteriorMeanCoefXt;
    private readonly double[] _snr, _lambda;
    private readonly ScheduleCurve _curve;

    /// <summary>Builds the schedule of a configuration.</summary>
    /// <exception cref="ArgumentException">The parameters of the configuration's kind contradict each other.</exception>
    public NoiseSchedule(ScheduleConfiguration configuration)
    {
        Configuration = configuration;
        T = configuration.Timesteps;
        _betas = ScheduleBetas.Of(configuration);

        _alphas = Array.ConvertAll(_betas, beta => 1 - beta);
        _alphasCumprod = new double[T + 1];
        _alphasCumprod[0] = 1;
        for (int t = 1; t <= T; t++)
            _alphasCumprod[t] = _alphasCumprod[t - 1] * _alphas[t];

        _curve = configuration.Kind switch
        {
            ScheduleKind.Cosine => new CosineCurve(_alphasCumprod, configuration.CosineOffset),
            ScheduleKind.Sigmoid => new SigmoidCurve(_alphasCumprod, configuration.SigmoidStart / configuration.SigmoidTau, configuration.SigmoidEnd / configuration.SigmoidTau),
            _ => new LogCubicCurve(_betas),
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

    /// <summary>What the schedule was built from.</summary>
    public ScheduleConfiguration Configuration { get; }

    /// <summary>The number of diffusion steps.</summary>
    public int T { get; }

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

    /// <summary>The squared cosine schedule, the default (arXiv:2102.09672): A_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s)·pi/2), betas clipped, A rebuilt from the clipped betas.</summary>
    /// <param name="timesteps">T, at least 1.</param>
    /// <param name="s">The offset, in [0, 1).</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not accepted.</exception>
    public static NoiseSchedule Cosine(int timesteps, double s = 0.008, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Cosine, Timesteps = timesteps, CosineOffset = s, MaxBeta = maxBeta });

    /// <summary>Betas rise linearly from 1e-4 to 0.02 (DDPM section 4), scaled by 1000/T as these values are made for T = 1000, and clipped.</summary>
    /// <param name="timesteps">T, at least 1; if 1, the only beta is the last one.</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not accepted.</exception>
    public static NoiseSchedule Linear(int timesteps, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Linear, Timesteps = timesteps, MaxBeta = maxBeta });

    /// <summary>A falls as a logistic function (arXiv:2212.11972), betas clipped.</summary>
    /// <param name="timesteps">T, at least 1.</param>
    /// <param name="start">The logistic function's argument at t = 0.</param>
    /// <param name="end">The logistic function's argument at t = T, more than <paramref name="start"/>.</param>
    /// <param name="tau">The temperature that divides both.</param>
    /// <param name="maxBeta">Where betas are clipped, in (0, 1).</param>
    /// <exception cref="ArgumentException">A parameter is not accepted.</exception>
    public static NoiseSchedule Sigmoid(int timesteps, double start = -3, double end = 3, double tau = 1, double maxBeta = 0.999) =>
        new(new ScheduleConfiguration { Kind = ScheduleKind.Sigmoid, Timesteps = timesteps, SigmoidStart = start, SigmoidEnd = end, SigmoidTau = tau, MaxBeta = maxBeta });

    /// <summary>
    /// A at a real time t in [0, T], equal to the table at integers, continuous and decreasing. Between steps the cosine
    /// and the logistic function follow their closed form (in a clipped step, with the function's argument rising linearly
    /// to the table's value); the linear schedule interpolates log A by a monotone cubic.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public double AlphaCumprodAt(double t) => At(t).A;

    /// <summary>1 - A at a real time t in [0, T], without loss of digits near t = 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public double OneMinusAlphaCumprodAt(double t) => At(t).B;

    /// <summary>lambda = log(sqrt(A) / sqrt(1 - A)) at a real time t in [0, T]; infinite at 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public double LambdaAt(double t)
    {
        var (a, b) = At(t);
        return Math.Log(a / b) / 2;
    }

    /// <summary>The time t in [0, T] at which log(sqrt(A) / sqrt(1 - A)) is <paramref name="lambda"/>; the inverse of <see cref="LambdaAt"/>.</summary>
    /// <param name="lambda">At least Lambda[T]; positive infinity gives 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">No time of the schedule has this lambda.</exception>
    public double TimeOfLambda(double lambda)
    {
        double last = _lambda[T];

        // The last digits of lambda_T are those of a logarithm: whoever asks for it exactly gets T.
        if (!(lambda >= last - (1e-12 * Math.Abs(last))))
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, $"lambda is {lambda}; this schedule with T = {T} goes down to {last}.");
        return lambda <= last ? T : _curve.TimeOf(Precise.Sigmoid(2 * lambda), Precise.Sigmoid(-2 * lambda));
    }

    /// <summary>The reverse step from time t to an earlier time s, consecutive or not, of real times.</summary>
    /// <param name="t">In (0, T].</param>
    /// <param name="s">In [0, t).</param>
    /// <exception cref="ArgumentOutOfRangeException">The times are not as stated.</exception>
    public Posterior PosteriorOf(double t, double s)
    {
        var (at, bt) = At(t);
        var (@as, bs) = At(s);
        if (!(s < t))
            throw new ArgumentOutOfRangeException(nameof(s), s, $"A reverse step goes to an earlier time, not from {t} to {s}.");
        double alpha = at / @as;
        double beta = t - s == 1 && t == (int)t ? _betas[(int)t] : 1 - alpha;
        return new Posterior(alpha, beta, Math.Sqrt(@as) * beta / bt, Math.Sqrt(alpha) * bs / bt, beta * bs / bt);
    }

    /// <summary>Such as <c>Cosine, T = 50</c>.</summary>
    public override string ToString() => $"{Configuration.Kind}, T = {T}";

    private (double A, double B) At(double t)
    {
        if (!(t >= 0 && t <= T))
            throw new ArgumentOutOfRangeException(nameof(t), t, $"The time is {t}; this schedule has times from 0 to {T}.");
        int step = (int)t;
        return t == step ? (_alphasCumprod[step], 1 - _alphasCumprod[step]) : _curve.At(t);
    }
}

using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>The errors of several denoisers on the same noised points at one time, of training data and of held-out data.</summary>
/// <param name="denoisers">Those that are judged; then the ideal ones of training and held-out data; then the exact one, if it is known.</param>
/// <param name="judged">How many are judged.</param>
/// <param name="dimensions">The numbers of a point.</param>
/// <param name="batch">The most samples that a denoiser sees at once.</param>
internal sealed class MemorisationDraws<T>(IDenoiser<T>[] denoisers, int judged, int dimensions, int batch)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public MemorisationErrors<T> OnTraining { get; } = new(denoisers, judged, dimensions, batch);

    public MemorisationErrors<T> OnHeldOut { get; } = new(denoisers, judged, dimensions, batch);

    /// <summary>What was found of one denoiser.</summary>
    public MemorisationAtTime Of(int denoiser, NoiseLevel level)
    {
        int training = judged, heldOut = judged + 1, exact = judged + 2;
        bool knowsExact = exact < denoisers.Length;

        // Each kind of points weighs the same, however many there are of each.
        double Differences(int other) => (OnTraining.Difference(denoiser, other) + OnHeldOut.Difference(denoiser, other)) / 2;
        DenoisingErrors Errors(int each) => new(OnTraining.Of(each).Average(), OnHeldOut.Of(each).Average());
        (double[], double[]) Beside(int each) => (OnTraining.Of(each, knowsExact ? exact : null), OnHeldOut.Of(each, knowsExact ? exact : null));
        return new(
            level.Time,
            level.Rho,
            Errors(denoiser),
            Errors(training),
            Errors(heldOut),
            knowsExact ? Errors(exact) : null,
            new(Differences(training), Differences(heldOut), knowsExact ? Differences(exact) : null),
            MemorisationShare.Of(Beside(denoiser), Beside(training)));
    }
}

/// <summary>Sums of squared errors of each point over its draws, and of squared differences between denoisers; per number of a point.</summary>
internal sealed class MemorisationErrors<T>(IDenoiser<T>[] denoisers, int judged, int dimensions, int batch)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[][] _errors = new double[denoisers.Length][];
    private readonly double[,] _differences = new double[judged, denoisers.Length];
    private int _draws;

    /// <summary>Noises all points once, and lets all denoisers predict x_0.</summary>
    public void Add(Tensor<T> x0, Condition<T> condition, NoiseSchedule schedule, NoiseLevel level, RandomStream stream)
    {
        int count = x0.Shape[0];
        for (int j = 0; j < denoisers.Length; j++)
            _errors[j] ??= new double[count];
        _draws++;
        for (int from = 0; from < count; from += batch)
        {
            int to = Math.Min(count, from + batch);
            var data = x0.Rows(from, to);
            var noise = Tensor<T>.Uninitialized(data.Shape);
            stream.Normal(noise.Span, dimensions, from);
            var xt = schedule.QSample(data, [level.Time], noise);
            var predicted = Array.ConvertAll(denoisers, denoiser => denoiser.Predict(xt, [level.Time], condition.Rows(from, to)).X0);
            for (int i = 0; i < to - from; i++)
            {
                var range = new Range(i * dimensions, (i + 1) * dimensions);
                for (int j = 0; j < denoisers.Length; j++)
                    _errors[j][from + i] += Squares(predicted[j].Span[range], data.Span[range]);
                for (int j = 0; j < judged; j++)
                {
                    for (int k = judged; k < denoisers.Length; k++)
                        _differences[j, k] += Squares(predicted[j].Span[range], predicted[k].Span[range]) / count;
                }
            }
        }
    }

    /// <summary>The errors on each point, less those of another denoiser on the same draws if one is named.</summary>
    public double[] Of(int denoiser, int? less = null) =>
        [.. _errors[denoiser].Select((error, i) => (error - (less is int other ? _errors[other][i] : 0)) / _draws)];

    /// <summary>The mean squared difference of one that is judged from one that is not.</summary>
    public double Difference(int denoiser, int other) => _differences[denoiser, other] / _draws;

    private double Squares(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = double.CreateTruncating(x[i]) - double.CreateTruncating(y[i]);
            sum += difference * difference;
        }

        return sum / dimensions;
    }
}

using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// Fills in what is not known of data by any sampler, without training for it (RePaint, arXiv:2201.09865, algorithm 1): after each step the
/// known part is replaced by its own noisy version; and each stretch of steps is gone through several times, with noise added in between, so
/// that both parts come to fit each other.
/// </summary>
public sealed record Inpainting
{
    // Samplers that draw several times at one level have the streams 1, 2, ...
    private const uint OwnStreams = 0x5265_5061;

    /// <summary>How often each stretch of steps is gone through, at least 1; the paper takes 10. With 1 the parts hardly see each other.</summary>
    public int Resamplings { get; init => field = Accepted.Between(value, 1, 1000); } = 10;

    /// <summary>The number of steps of a stretch, at least 1; the paper takes 10 of 250.</summary>
    public int Jump
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Jump), value, $"Jump is {value}; it must be at least 1.");
    } = 1;

    /// <summary>Fills in data.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="denoiser">Predicts x_0 and the noise.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="known">The data, [N, ...]; what is not known of them is not read.</param>
    /// <param name="mask">1 where the data are known, 0 where they are not: of the shape of the data.</param>
    /// <param name="condition">What is asked for.</param>
    /// <param name="random">The source of the run.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>The known data with the rest filled in.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together, a mask of other numbers, or times that rise.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Tensor<T> Sample<T>(
        ISampler<T> sampler, IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> known, Tensor<T> mask, Condition<T> condition, RandomSource random, CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (mask.Shape != known.Shape)
            throw new ArgumentException($"The mask has the shape {mask.Shape}; it must be that of the data, {known.Shape}.", nameof(mask));
        foreach (var value in mask.Span)
        {
            if (value != T.Zero && value != T.One)
                throw new ArgumentException($"The mask holds {value}; accepted are 1 for known and 0 for unknown.", nameof(mask));
        }

        var start = Start.Draw<T>(random, known.Shape, schedule, sampler.TimesFor(schedule)[0]);
        var run = sampler.Begin(denoiser, schedule, start, condition, random);
        if (run.Levels[^1].Time > run.Levels[0].Time)
            throw new ArgumentException("Data are filled in on the way to them: the times must fall.", nameof(sampler));
        var z = Tensor<T>.Uninitialized(known.Shape);
        var streams = random.Derive(OwnStreams).For(Purpose.ReverseStep);
        long draws = 0;
        int perSample = run.PerSample;
        for (int first = 0; first < run.Count; first = run.Index)
        {
            int last = Math.Min(first + Jump, run.Count);
            for (int visit = 1; ; visit++)
            {
                while (run.Index < last)
                {
                    cancellation.ThrowIfCancellationRequested();
                    _ = run.Step();
                    streams.At(draws++).Normal(z.Span, perSample);
                    Replace(run, known, mask, z);
                }

                // What has become data cannot be made noisy again without being lost.
                if (visit >= Resamplings || run.Level.S == 0)
                    break;
                streams.At(draws++).Normal(z.Span, perSample);
                AddNoise(run, first, z);
            }
        }

        return run.X;
    }

    // x = known·g + S·z where the mask is 1.
    private static void Replace<T>(SamplingRun<T> run, Tensor<T> known, Tensor<T> mask, Tensor<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T g = T.CreateTruncating(run.Level.G), s = T.CreateTruncating(run.Level.S);
        Span<T> x = run.X.Span, data = known.Span, knows = mask.Span, noise = z.Span;
        for (int i = 0; i < x.Length; i++)
        {
            if (knows[i] != T.Zero)
                x[i] = (g * data[i]) + (s * noise[i]);
        }
    }

    // Back to a noisier level by the forward process: x_t = g_t/g_s x_s + sqrt(S_t² - (g_t/g_s)² S_s²) z.
    private static void AddNoise<T>(SamplingRun<T> run, int index, Tensor<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        NoiseLevel from = run.Level, to = run.Levels[index];
        double ofX = to.G / from.G;
        run.Move(ofX, Math.Sqrt(Math.Max(0, to.B - (ofX * ofX * from.B))), z);
        run.MoveTo(index);
    }
}

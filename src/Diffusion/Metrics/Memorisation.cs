using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// Whether a denoiser learned the distribution that its training data come from, or the data themselves, at each time: its errors on
/// noised training points and on noised points that it never saw, beside those of the ideal denoisers of both sets
/// (<see cref="Diffusion.Data.IdealDenoiser{T}"/>).
/// </summary>
/// <param name="Times">What was found at each time, in the order asked for.</param>
public sealed record Memorisation(ImmutableArray<MemorisationAtTime> Times)
{
    /// <summary>The strongest word of any time: by heart before in part before not by heart; not told apart only where nothing was told at any time.</summary>
    public MemorisationVerdict Verdict => Times.Max(time => time.Verdict);

    /// <summary>Measures denoisers on the same draws.</summary>
    /// <param name="data">What they are judged with.</param>
    /// <param name="schedule">The schedule of all of them.</param>
    /// <param name="times">Times in (0, T].</param>
    /// <param name="random">The source of the run; its streams <see cref="Purpose.Metrics"/> are used.</param>
    /// <param name="denoisers">What is judged.</param>
    /// <param name="onTime">Called after each time with how many are done; null for nothing.</param>
    /// <returns>One result for each denoiser.</returns>
    /// <exception cref="ArgumentException">Too few points, or shapes that do not fit together; no time, or one that is not in (0, T].</exception>
    public static ImmutableArray<Memorisation> Measure<T>(
        MemorisationData<T> data, NoiseSchedule schedule, IReadOnlyList<double> times, RandomSource random, IReadOnlyList<IDenoiser<T>> denoisers, Action<int>? onTime = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = data.Check();
        foreach (double t in times)
        {
            if (!(t > 0 && t <= schedule.T))
                throw new ArgumentException($"A time is {t}; accepted are times of more than 0, where there is noise to take away, to T = {schedule.T}.", nameof(times));
        }

        if (times.Count == 0)
            throw new ArgumentException("No time was given; at least one is needed.", nameof(times));
        IDenoiser<T>[] all = [.. denoisers, data.IdealOfTraining, data.IdealOfHeldOut, .. data.Exact is null ? Array.Empty<IDenoiser<T>>() : [data.Exact]];
        var found = denoisers.Select(_ => ImmutableArray.CreateBuilder<MemorisationAtTime>(times.Count)).ToArray();
        for (int i = 0; i < times.Count; i++)
        {
            var level = schedule.At(times[i]);
            var draws = new MemorisationDraws<T>(all, denoisers.Count, d, data.Batch);
            PurposeRandom streams = random.For(Purpose.Metrics);
            for (int k = 0; k < data.Draws; k++)
                draws.OnTraining.Add(data.Training, data.TrainingCondition, schedule, level, streams.At(2 * (((long)i * data.Draws) + k)));
            for (int k = 0; k < data.HeldOutDraws; k++)
                draws.OnHeldOut.Add(data.HeldOut, data.HeldOutCondition, schedule, level, streams.At((2 * (((long)i * data.HeldOutDraws) + k)) + 1));
            for (int j = 0; j < found.Length; j++)
                found[j].Add(draws.Of(j, level));
            onTime?.Invoke(i + 1);
        }

        return [.. found.Select(each => new Memorisation(each.MoveToImmutable()))];
    }

    /// <summary>The answer in words that follow from the numbers: for which times which verdict holds.</summary>
    /// <param name="name">What was judged, such as <c>the network</c>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string Answer(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var parts = new List<string>();
        var rising = Times.OrderBy(time => time.Time).ToList();
        for (int from = 0, to; from < rising.Count; from = to)
        {
            for (to = from + 1; to < rising.Count && rising[to].Verdict == rising[from].Verdict; to++)
            {
            }

            string at = to - from == 1 ? $"t = {Number(rising[from].Time)}" : $"t = {Number(rising[from].Time)} to {Number(rising[to - 1].Time)}";
            var low = rising.Skip(from).Take(to - from).Min(time => time.Share.Mean);
            var high = rising.Skip(from).Take(to - from).Max(time => time.Share.Mean);
            string share = rising[from].Verdict == MemorisationVerdict.NotToldApart ? "" : low.ToString("0.00", CultureInfo.InvariantCulture) is var least && high.ToString("0.00", CultureInfo.InvariantCulture) is var most && least == most
                ? $" (share by heart {least})" : $" (share by heart {least} to {most})";
            parts.Add($"{rising[from].Verdict.Words()} at {at}{share}");
        }

        string verdict = Verdict switch
        {
            MemorisationVerdict.Memorised => "knows its training data by heart",
            MemorisationVerdict.InPart => "knows its training data in part by heart",
            MemorisationVerdict.NotByHeart => "does not know its training data by heart",
            _ => "is not told apart from one that knows its training data by heart, nor from one that does not",
        };
        return $"{char.ToUpperInvariant(name[0])}{name[1..]} {verdict}: {string.Join("; ", parts)}.";
    }

    private static string Number(double t) => t.ToString("0.###", CultureInfo.InvariantCulture);
}

namespace Diffusion.TwoPixel.Grade;

/// <summary>What a sampler could be: a predictor of noise, and what its steps make of it.</summary>
/// <param name="Slip">The slip; null for what is right.</param>
/// <param name="Detail">Which form.</param>
/// <param name="Noise">The predictor, unguided.</param>
/// <param name="Steps">The steps by t.</param>
/// <param name="Levels">The table of A_0 ... A_T by which the steps are made.</param>
internal sealed record SamplerHypothesis(Slip? Slip, string Detail, NoiseOf Noise, ReverseStep[] Steps, double[] Levels)
{
    private static readonly int[] OtherSteps = [10, 25, 50, 100, 1000], LastKnown = [0, 2];

    /// <summary>What w is off by.</summary>
    public int GuidanceOffset { get; init; }

    /// <summary>Whether x_0 is told and clamped to [-1, 1] before a step.</summary>
    public bool Clamps { get; init; }

    /// <summary>Whether it is no slip, and not what the assignment asks for either: another sampler.</summary>
    public bool IsOther { get; init; }

    /// <summary>Whether it is right.</summary>
    public bool IsRight => Slip is null && !IsOther;

    /// <summary>The t of the last step: 1, or 2 where the loop ends too early.</summary>
    public int LastStep { get; init; } = 1;

    /// <summary>The t of the first step: T, or T - 1 where the loop begins too late.</summary>
    public int FirstStep { get; init; } = Steps.Length - 1;

    /// <summary>Whether the pixels of the samples are exchanged at the end.</summary>
    public bool SwapsPixels { get; init; }

    /// <summary>The right ones first, then all slips that show in samples.</summary>
    public static IReadOnlyList<SamplerHypothesis> All(int steps)
    {
        double[] levels = GradeLevels.Right(steps);
        var noise = ExactNoise.Of(levels);
        List<SamplerHypothesis> all =
        [
            With(null, "the assignment's", noise),
            With(null, "with x_0 clamped to [-1, 1]", noise) with { Clamps = true },
            With(null, "DDIM's steps, without noise", noise) with { Steps = ReverseStep.Ddim(levels), IsOther = true },
            With(Slip.LastNoise, "of variance beta at t = 1", noise) with { Steps = ReverseStep.Ddpm(levels, lastNoise: true) },
            With(Slip.LastNoise, "of variance beta at every t", noise) with { Steps = ReverseStep.Ddpm(levels, upper: true, lastNoise: true) },
            With(Slip.Alpha, "in the sampler", noise) with { Steps = ReverseStep.Ddpm(levels, usesAlpha: true) },
            With(Slip.Alpha, "in training", ExactNoise.Of(GradeLevels.Alphas(steps))),
            With(Slip.Alpha, "in training and in the sampler", ExactNoise.Of(GradeLevels.Alphas(steps))) with { Steps = ReverseStep.Ddpm(levels, usesAlpha: true) },
            Of(Slip.NotSquared, "in training and in the sampler", GradeLevels.NotSquared(steps)),
            With(Slip.Guidance, "w + 1", noise) with { GuidanceOffset = 1 },
            With(Slip.Guidance, "w - 1", noise) with { GuidanceOffset = -1 },
            With(Slip.Labels, "in what is asked", ExactNoise.LabelsSwapped(noise)),
            With(Slip.NoLabels, "in what is asked", ExactNoise.NoLabels(noise)),
            With(Slip.Upper, "at every t but 1", noise) with { Steps = ReverseStep.Ddpm(levels, upper: true) },
            With(Slip.Pixels, "in the samples", noise) with { SwapsPixels = true },
            With(Slip.Pixels, "in the data", ExactNoise.PixelsSwapped(noise, inputsToo: true)),
            With(Slip.Pixels, "in the predicted noise", ExactNoise.PixelsSwapped(noise, inputsToo: false)),
            Of(Slip.OneTable, "betas from 0.0001 to 0.02, made for T = 1000", GradeLevels.Linear(steps, steps)),
            Of(Slip.OneTable, $"the first {steps} of 1000 betas from 0.0001 to 0.02", GradeLevels.Linear(steps, 1000)),
            .. OtherSteps.Where(others => others > steps).Select(others => Of(Slip.OneTable, $"the first {steps} of the cosine's {others}", GradeLevels.FirstOf(steps, others))),
        ];
        if (steps > 1)
        {
            all.Add(With(Slip.OffByOne, "the network is asked for t + 1", ExactNoise.Shifted(noise, 1, steps)));
            all.Add(With(Slip.OffByOne, "the network is asked for t - 1", ExactNoise.Shifted(noise, -1, steps)));
            all.Add(With(Slip.OffByOne, "the step at t = T is missing", noise) with { FirstStep = steps - 1 });
            all.Add(With(Slip.OffByOne, "the step at t = 1 is missing", noise) with { LastStep = 2 });
            foreach (int known in LastKnown.Where(known => known < steps - 1))
                all.Add(With(Slip.NotScaled, known == 0 ? "the network does not know t" : $"the network does not know t beyond {known}", ExactNoise.Saturated(levels, known)));
        }

        return all;

        SamplerHypothesis With(Slip? slip, string detail, NoiseOf predictor) => new(slip, detail, predictor, ReverseStep.Ddpm(levels), levels);
        static SamplerHypothesis Of(Slip slip, string detail, double[] table) => new(slip, detail, ExactNoise.Of(table), ReverseStep.Ddpm(table), table);
    }

    /// <summary>The predictor with guidance.</summary>
    public NoiseOf Guided(double w) => ExactNoise.Guided(Noise, w + GuidanceOffset);

    /// <summary>The means of a step from t, given x_t and the predicted noise.</summary>
    public void Mean(ReadOnlySpan<double> x, int t, ReadOnlySpan<double> noise, Span<double> mean)
    {
        double g = Math.Sqrt(Levels[t]), s = Math.Sqrt(1 - Levels[t]);
        for (int i = 0; i < x.Length; i++)
        {
            double value = noise[i];
            if (Clamps)
                value = (x[i] - (g * Math.Clamp((x[i] - (s * value)) / g, -1, 1))) / s;
            mean[i] = (Steps[t].OfX * x[i]) + (Steps[t].OfNoise * value);
        }
    }

    /// <summary>Samples from given noise.</summary>
    /// <param name="noise">[T + 1, 2 N]: row T is x_T, row t - 1 is the noise of the step from t.</param>
    /// <param name="label">The label asked for, -1 for none.</param>
    /// <param name="w">The strength of guidance; without effect without a label.</param>
    public double[] Sample(double[][] noise, int label, double w)
    {
        double[] x = [.. noise[^1]], eps = new double[x.Length];
        var predictor = Guided(w);
        for (int t = FirstStep; t >= LastStep; t--)
        {
            predictor(x, t, label, eps);
            Mean(x, t, eps, x);
            for (int i = 0; i < x.Length; i++)
                x[i] += Steps[t].Deviation * noise[t - 1][i];
        }

        for (int i = 0; SwapsPixels && i < x.Length; i += 2)
            (x[i], x[i + 1]) = (x[i + 1], x[i]);
        return x;
    }

    /// <summary>Standard normal noise for <see cref="Sample"/>, from a seed.</summary>
    public static double[][] Normal(int steps, int count, RandomSource random) => [.. Enumerable.Range(0, steps + 1).Select(t =>
    {
        double[] noise = new double[2 * count];
        random.For(Purpose.Start).At(t).Normal(noise.AsSpan(), perSample: 2);
        return noise;
    })];
}

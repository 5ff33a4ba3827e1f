namespace Diffusion.TwoPixel.Grade;

/// <summary>What a predictor of noise could be.</summary>
/// <param name="Slip">The slip; null if it is right.</param>
/// <param name="Detail">Which form of the slip.</param>
/// <param name="Noise">The exact predictor with this slip.</param>
/// <param name="First">The first t of which the hypothesis says something.</param>
/// <param name="Last">The last one.</param>
internal sealed record PredictorHypothesis(Slip? Slip, string Detail, NoiseOf Noise, int First, int Last)
{
    // Tables that people have at hand.
    private static readonly int[] OtherSteps = [10, 25, 50, 100, 200, 500, 1000];

    // Where a time embedding can end to tell times apart; 0 for one that never does.
    private static readonly int[] LastKnown = [0, 1, 2, 3];

    /// <summary>The right one, and all slips that a predictor can have.</summary>
    public static IReadOnlyList<PredictorHypothesis> All(int steps)
    {
        double[] levels = GradeLevels.Right(steps);
        var right = ExactNoise.Of(levels);
        List<PredictorHypothesis> all = [Of(null, "the assignment's", right)];
        all.Add(Of(Slip.Alpha, "trained with x_t of alpha_t", ExactNoise.Of(GradeLevels.Alphas(steps))));
        all.Add(Of(Slip.NotSquared, "trained so", ExactNoise.Of(GradeLevels.NotSquared(steps))));
        all.Add(Of(Slip.NotClipped, "trained so", ExactNoise.Of(GradeLevels.NotClipped(steps))));
        all.Add(Of(Slip.Labels, "conditional answers", ExactNoise.LabelsSwapped(right)));
        all.Add(Of(Slip.NoLabels, "conditional answers are those without a label", ExactNoise.NoLabels(right)));
        if (steps > 1)
        {
            all.Add(Of(Slip.OffByOne, "answers are those of t + 1", ExactNoise.Shifted(right, 1, steps)) with { Last = steps - 1 });
            all.Add(Of(Slip.OffByOne, "answers are those of t - 1", ExactNoise.Shifted(right, -1, steps)) with { First = 2 });
            foreach (int known in LastKnown.Where(known => known < steps - 1))
                all.Add(Of(Slip.NotScaled, known == 0 ? "answers do not know t" : $"answers do not know t beyond {known}", ExactNoise.Saturated(levels, known)));
            all.Add(Of(Slip.NotScaled, "asked with t where t/T is known: the answer at t = 1 is that of T", ExactNoise.Shifted(right, steps, steps)) with { Last = 1 });
            all.Add(Of(Slip.NotScaled, "asked with t/T where t is known: the answer at T is that of t = 1", ExactNoise.Shifted(right, -steps, steps)) with { First = steps });
        }

        foreach (int others in OtherSteps.Where(others => others > steps))
            all.Add(Of(Slip.OneTable, $"the first {steps} of the cosine's {others}", ExactNoise.Of(GradeLevels.FirstOf(steps, others))));
        all.Add(Of(Slip.OneTable, "betas from 0.0001 to 0.02, made for T = 1000", ExactNoise.Of(GradeLevels.Linear(steps, steps))));
        all.Add(Of(Slip.OneTable, $"the first {steps} of 1000 betas from 0.0001 to 0.02", ExactNoise.Of(GradeLevels.Linear(steps, 1000))));
        all.Add(Of(Slip.Pixels, "data with the pixels swapped", ExactNoise.PixelsSwapped(right, inputsToo: true)));
        all.Add(Of(Slip.Pixels, "the two noises swapped", ExactNoise.PixelsSwapped(right, inputsToo: false)));
        return all;

        PredictorHypothesis Of(Slip? slip, string detail, NoiseOf noise) => new(slip, detail, noise, 1, steps);
    }
}

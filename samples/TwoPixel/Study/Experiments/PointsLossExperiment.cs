namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>
/// Of points, whose distribution is not known: the network's loss by t beside the least that there is on these points, that of the denoiser which
/// knows them by heart.
/// </summary>
internal sealed class PointsLossExperiment() : StudyExperiment("Training")
{
    private const int Draws = 2000;

    // From where on the two losses are called alike.
    private const double Alike = 1.05;

    private static readonly double[] Shares = [0.04, 0.1, 0.2, 0.4, 0.7, 1];

    public override bool AppliesTo(StudyData data) => data.Set is not null;

    public override object? Measure(ModelRun model)
    {
        var (set, random) = (model.Study.Data.Set!, model.Study.Random);
        var ideal = new IdealDenoiser<float>(set.Points, model.Schedule);
        SortedDictionary<int, PointsLoss> losses = [];
        foreach (int t in Shares.Select(share => Math.Max(1, (int)Math.Round(share * model.T))).Distinct())
        {
            int[] drawn = new int[Draws];
            random.For(Purpose.Data).At(t).Integers(0, set.Count, drawn);
            var x0 = set.Select(drawn).Points;
            var noise = random.For(Purpose.Noise).At(t).Normal<float>(x0.Shape);
            var x = model.Schedule.QSample(x0, [(double)t], noise);
            double Loss(IDenoiser<float> denoiser) => (denoiser.Predict(x, [(double)t]).Noise - noise).Square().Mean();
            losses[t] = new PointsLoss(Loss(model.Denoiser), Loss(ideal));
        }

        return new PointsLossNumbers(losses);
    }

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        var losses = findings.Of<PointsLossNumbers>().PointsLoss;
        var (first, least) = (losses.Keys.First(), losses.Values.First());
        _ = report
            .Paragraph("The loss cannot fall to 0, because x_t does not tell its noise. The least that any network can have on these points is that of the denoiser which knows them by heart: the mean of the points, each weighted by how likely x_t came from it. Where the network's loss is the same, the noise hides which point it was, or the network knows it too. "
                + (least.Network > Alike * least.Least
                    ? $"At t = {first} the network's is {F4(least.Network)} and the least {F4(least.Least)}: it does not know the points by heart there."
                    : $"At t = {first} the network's is {F4(least.Network)} and the least {F4(least.Least)}, the same: either it knows the points by heart, or they lie so close that nobody can tell them apart."))
            .Table(
                ["t", "loss of the network", "the least on these points"],
                losses.Select(pair => (IReadOnlyList<string>)[$"{pair.Key}", F4(pair.Value.Network), F4(pair.Value.Least)]),
                $"Mean squared error of the noise over {Draws:N0} draws of the points, T = {findings.T}, without a label.");
    }
}

/// <summary>By t: the losses.</summary>
internal sealed record PointsLossNumbers(SortedDictionary<int, PointsLoss> PointsLoss);

/// <summary>The network's loss, and that of the ideal denoiser of the points, on the same draws.</summary>
internal sealed record PointsLoss(double Network, double Least);

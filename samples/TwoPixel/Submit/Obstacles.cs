using Diffusion.Tensors.Threading;
using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>What stood in the way, measured: each row differs from the model that is handed in by one thing.</summary>
/// <param name="Networks">Networks of T = 50, the one that is handed in first.</param>
/// <param name="OneTable">The exact predictor with T = 5, by its own table of betas and by the first five of T = 50.</param>
/// <param name="LastStep">Samples of the networks without and with noise at the last step.</param>
internal sealed record Obstacles(IReadOnlyList<NetworkRow> Networks, TableRows OneTable, IReadOnlyList<LastStepRow> LastStep)
{
    /// <summary>The T of the networks, and the small T for which one table for all is tried.</summary>
    public const int T = 50, FewT = 5;

    /// <summary>The label dropout of the other network: less than that of the run, or more where that is little.</summary>
    public static double OtherDropout(RunConfiguration configuration) => configuration.LabelDropout > 0.15 ? 0.15 : 0.3;

    private const int FewerTimes = 10, Draws = 2048;

    /// <summary>Trains the other networks, or reads them from the folder, and measures.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public static Obstacles Measure(StudyRun study, SubmissionModels models, CancellationToken cancellation)
    {
        var handedIn = study.Models.Single(model => model.T == T);
        int iterations = handedIn.Trained.Model.Training.Iterations, fewer = Math.Max(1, iterations / FewerTimes);
        double other = OtherDropout(study.Configuration);
        string dropout = other.ToString(CultureInfo.InvariantCulture);
        (string Name, string Folder, RunConfiguration Configuration)[] others =
        [
            ($"{fewer:N0} iterations (not {iterations:N0})", "few-iterations", study.Configuration with { Iterations = fewer }),
            ($"label dropout {dropout} (not {study.Configuration.LabelDropout.ToString(CultureInfo.InvariantCulture)})", $"dropout-{dropout}", study.Configuration with { LabelDropout = other }),
        ];
        var trained = models.Others([.. others.Select(other => (other.Folder, other.Configuration))], T, cancellation);
        return new(
            [Network("as handed in", handedIn), .. others.Zip(trained, (other, model) => Network(other.Name, new ModelRun(study, model)))],
            Tables(study),
            [.. new[] { T, FewT }.Select(t => LastStepOf(study.Models.Single(model => model.T == t)))]);
    }

    private static NetworkRow Network(string name, ModelRun model)
    {
        var mixture = model.Study.Data.Mixture!;
        var errors = NoiseError.Measure(model.Denoiser, mixture, model.Schedule, model.Study.Random, Draws);
        return new NetworkRow(name, errors[0].Overall, errors.Skip(1).Average(error => error.Overall), Distance(model.Study, model.Unconditional.Samples), MixtureStatistics.Of(mixture, model.Unconditional.Samples).OutlierShare);
    }

    // The exact predictor knows either process, so what differs is the table alone.
    private static TableRows Tables(StudyRun study)
    {
        var (own, all) = (study.Configuration.ScheduleFor(FewT), study.Configuration.ScheduleFor(T));
        double[] betas = [.. Enumerable.Range(1, FewT).Select(t => all.PosteriorOf(t, t - 1).Beta)];
        return new TableRows(Row(own), Row(NoiseSchedule.FromBetas(betas)));

        TableRow Row(NoiseSchedule schedule)
        {
            var samples = new DdpmSampler<float>().Sample(
                new ExactDenoiser<float>(study.Data.Mixture!, schedule), schedule, Start.Draw<float>(study.Random, [StudyRun.Points, 2, 1]), default, study.Random);
            return new TableRow(schedule.At(FewT).G, Distance(study, samples), MixtureStatistics.Of(study.Data.Mixture!, samples).OutlierShare);
        }
    }

    // With sigma_1 = sqrt(beta_1), as the noise at the last step has it where it is not left out.
    private static LastStepRow LastStepOf(ModelRun model)
    {
        var study = model.Study;
        var start = Start.Draw<float>(study.Random, [StudyRun.Points, 2, 1]);
        (double, double) Measured(bool noise)
        {
            var samples = new DdpmSampler<float> { Variance = ReverseVariance.Upper, NoiseAtLastStep = noise }.Sample(model.Denoiser, model.Schedule, start, default, study.Random);
            return (Distance(study, samples), MixtureStatistics.Of(study.Data.Mixture!, samples).Modes.Average(mode => mode.StandardDeviation));
        }

        var (without, with) = (Measured(noise: false), Measured(noise: true));
        return new LastStepRow(model.T, Math.Sqrt(model.Schedule.PosteriorOf(1, 0).Beta), without.Item1, with.Item1, without.Item2, with.Item2);
    }

    private static double Distance(StudyRun study, Tensor<float> samples) => study.Reference.Distances.Distance(samples);
}

/// <summary>A network of T = 50: the error of its noise without and with a label, and its samples.</summary>
internal sealed record NetworkRow(string Name, double ErrorWithout, double ErrorWith, double Distance, double Outliers);

/// <summary>The exact predictor with T = 5 by two tables.</summary>
internal sealed record TableRows(TableRow Own, TableRow FirstOfLonger);

/// <summary>The signal that is left at the last time, and the samples.</summary>
internal sealed record TableRow(double Signal, double Distance, double Outliers);

/// <summary>A network's samples without and with noise of standard deviation sqrt(beta_1) at the last step: distance, and width of the modes.</summary>
internal sealed record LastStepRow(int T, double Noise, double DistanceWithout, double DistanceWith, double WidthWithout, double WidthWith)
{
    // That of the data.
    private const double Width = 0.1;

    /// <summary>What the noise does, in words that follow from the numbers.</summary>
    public string Told()
    {
        bool has = double.IsFinite(WidthWith) && double.IsFinite(WidthWithout);
        bool helps = has && DistanceWith < DistanceWithout && WidthWithout < WidthWith && Math.Abs(WidthWith - Width) < Math.Abs(WidthWithout - Width);
        return $"Noise at the last step, T = {T}. σ_1 = √β_1 is {F3(Noise)}. In samples with σ_t² = β_t, where it is added at t = 1 {(has ? $"the modes have width {F3(WidthWith)}, without it {F3(WidthWithout)}" : "there are modes without a point")}; the distance is {F4(DistanceWith)}, without it {F4(DistanceWithout)}{(helps ? ": the noise makes up for some of what the variance of a Gaussian step lacks" : "")}.";
    }
}

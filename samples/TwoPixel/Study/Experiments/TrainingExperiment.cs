namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>How training went, and how far from the exact predictor it came.</summary>
internal sealed class TrainingExperiment() : StudyExperiment("Training", "training.png")
{
    public override object? Measure(ModelRun model)
    {
        if (model.Study.Data.Mixture is not { } mixture)
            return null;
        var errors = NoiseError.Measure(model.Denoiser, mixture, model.Schedule, model.Study.Random);
        var ratios = LossRatio.Measure(model.Denoiser, mixture, model.Schedule, model.Study.Random);
        return new NoiseNumbers(
            ByClass(errors.Select(error => (error.Label, new NoiseRmse(error.Overall, [.. error.PerStep.Skip(1)])))), ByClass(ratios.Select(ratio => (ratio.Label, ratio.Ratio))));
    }

    public override void Draw(StudyRun study, IReadOnlyList<string> paths) =>
        TrainingFigure.Save(paths[0], [.. study.ByT.Select(model =>
        {
            var history = model.Trained.History;
            return new TrainingCurve(
                $"T = {model.T}",
                [.. Enumerable.Range(1, history.Losses.Count).Select(i => (double)i)], [.. history.Losses.Select(loss => (double)loss)],
                [.. history.Errors.Select(error => (double)error.Iteration)], [.. history.Errors.Select(error => error.NoiseRmse)]);
        })]);

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        var (configuration, exact) = (findings.Configuration, findings.Mixture is not null);
        _ = report.Paragraph(
            $"{(configuration.Network == NetworkKind.UNet ? $"A UNet with {configuration.Width} and {2 * configuration.Width} channels" : $"A fully connected network with {configuration.Width} features")} predicts the noise in x_t ({(exact ? "assignment eq. 9, " : "")}{configuration.Loss} loss), batches of {configuration.TrainingFor(findings.T).Batch}, "
            + (exact ? "" : "one epoch of the points after another, ")
            + $"labels dropped with probability {configuration.LabelDropout} for each sample by itself, learning rate falling from {configuration.LearningRate} along half a cosine; what samples is the moving average of the weights.");
        if (exact)
            _ = report.Paragraph(Exactly(findings.Of<NoiseNumbers>()));
        _ = report.Figure(paths[0], exact
            ? "Left, the loss of every step and its moving average; right, the error of the averaged network's prediction against the exact one, over all t, without a label and with each."
            : "The loss of every step and its moving average.");
    }

    private static string Exactly(NoiseNumbers numbers)
    {
        string[] names = [.. Enumerable.Range(0, numbers.LossRatio.Count - 1).Select(label => $"for class {label}").Prepend("without a label")];
        return $"The loss cannot fall to 0, because x_t does not tell its noise: what can be learned is the mean of the noise given x_t, known here in closed form. On the same 200,000 draws and more the network's loss is {string.Join(", ", InOrder(numbers.LossRatio).Zip(names, (ratio, name) => $"{ratio:F4} times the exact predictor's {name}"))}; the root mean square error of its prediction is {string.Join(", ", InOrder(numbers.NoiseRmse).Zip(names, (error, name) => $"{F4(error.Overall)} {name}"))}.";
    }
}

/// <summary>By class (none, 0, 1, ...): the error of the predicted noise, and the loss over the exact predictor's on the same draws.</summary>
internal sealed record NoiseNumbers(SortedDictionary<string, NoiseRmse> NoiseRmse, SortedDictionary<string, double> LossRatio);

/// <summary>The error of the predicted noise, root mean square per coordinate: over all t, and for each t from 1.</summary>
internal sealed record NoiseRmse(double Overall, double[] PerStep);

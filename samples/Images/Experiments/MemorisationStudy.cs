using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;

namespace Diffusion.Images.Experiments;

/// <summary>
/// Judges a model with its training images and with one half of the images that were kept from it; and as a control with both halves of
/// these, of which it knows neither. Where images have classes and the model too, everything is asked with them.
/// </summary>
internal sealed class MemorisationStudy(Model<float> model, ImageSet train, ImageSet kept, ulong seed)
{
    // The ideal denoiser has its images in memory: a gigabyte of them at most.
    private const int MostNumbers = 1 << 28;

    private static readonly double[] Noise = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 30];

    /// <summary>Measures with so many images of each kind, or as many as there are.</summary>
    public MemorisationResult Measure(int count, IReporter reporter, CancellationToken cancellation)
    {
        var schedule = model.Schedule;
        double most = Math.Exp(-schedule.LambdaAt(schedule.T));
        double[] times = [.. Noise.Where(rho => rho < most).Select(rho => Math.Clamp(Math.Round(schedule.AtRho(rho).Time), 1, schedule.T)).Distinct()];
        var shuffled = kept.Shuffled(seed);
        ImageSet known = train.Shuffled(seed).Range(0, Math.Min(train.Count, Math.Max(2, MostNumbers / train.ImageShape.Length)));
        ImageSet unseen = shuffled.Range(0, kept.Count / 2), control = shuffled.Range(kept.Count / 2, kept.Count);
        reporter.Say($"The network saw {train.Count} images; {unseen.Count} of those that it did not see are held out, and {control.Count} others are the control.");
        var held = Ideal(unseen);
        Memorisation? found = null, other = null;
        reporter.Progress("training images and held-out images", times.Length, done => found = Judge(known, unseen, Ideal(known), held, count, times, Counted(done, cancellation)));
        reporter.Progress("control: held-out images alone", times.Length, done => other = Judge(control, unseen, Ideal(control), held, count, times, Counted(done, cancellation)));
        return new MemorisationResult(Math.Min(count, Math.Min(known.Count, unseen.Count)), train.Count, known.Count, unseen.Count, control.Count, seed, Labelled, found!, other!);
    }

    /// <summary>Draws what was measured.</summary>
    public static void Draw(MemorisationResult numbers, string path)
    {
        static MemorisationCurve Curve(string name, Memorisation result, bool errors) => new(
            name,
            errors ? [.. result.Times.Select(time => time.Denoiser.Training)] : [],
            errors ? [.. result.Times.Select(time => time.Denoiser.HeldOut)] : [],
            [.. result.Times.Select(time => (time.Share.Mean, time.Share.Low, time.Share.High))],
            [.. result.Times.Select(time => time.Verdict != MemorisationVerdict.NotToldApart)]);
        var times = numbers.Network.Times;
        MemorisationFigure.Save(path, new(
            [.. times.Select(time => time.Rho)],
            [
                Curve("network", numbers.Network, errors: true),
                Curve("control: network, of two sets that it never saw", numbers.Control, errors: false),
                new("ideal denoiser of the training images", [.. times.Select(time => time.IdealOfTraining.Training)], [.. times.Select(time => time.IdealOfTraining.HeldOut)], [.. times.Select(_ => (1.0, 1.0, 1.0))], [.. times.Select(_ => true)]),
            ],
            [
                $"Left: errors on {numbers.Count:N0} of the training images and on {numbers.Count:N0} of {numbers.HeldOutImages:N0} that the network never saw. Right: how far the gap between them is that of",
                $"the ideal denoiser of {numbers.KnownImages:N0} training images; lines are three standard errors. In grey: by heart or not would look the same.",
            ]));
    }

    private bool Labelled => model.Network.Classes > 0 && train.Classes == model.Network.Classes;

    private static Action<int> Counted(Action<int> done, CancellationToken cancellation) => times =>
    {
        cancellation.ThrowIfCancellationRequested();
        done(times);
    };

    private IdealDenoiser<float> Ideal(ImageSet images) => new(images.ToTensor<float>(), model.Schedule, Labelled ? images.Labels : default);

    private Memorisation Judge(ImageSet known, ImageSet unseen, IdealDenoiser<float> ofKnown, IdealDenoiser<float> ofUnseen, int count, double[] times, Action<int> onTime)
    {
        ImageSet training = known.Range(0, Math.Min(count, known.Count)), heldOut = unseen.Range(0, Math.Min(count, unseen.Count));

        // A class of which a small set has no image cannot be asked of its ideal denoiser: those images are asked without one.
        int[] Labels(ImageSet images) => [.. Enumerable.Range(0, images.Count).Select(images.LabelOf).Select(label => Labelled && Has(known, label) && Has(unseen, label) ? label : DenoiserArguments.NoLabel)];
        return Memorisation.Measure(
            new MemorisationData<float>
            {
                Training = training.ToTensor<float>(),
                HeldOut = heldOut.ToTensor<float>(),
                TrainingCondition = Labels(training),
                HeldOutCondition = Labels(heldOut),
                IdealOfTraining = ofKnown,
                IdealOfHeldOut = ofUnseen,
                Batch = 128,
            },
            model.Schedule,
            times,
            new RandomSource(seed),
            [model.Denoiser],
            onTime)[0];
    }

    private static bool Has(ImageSet images, int label) => label >= 0 && images.Labels.Span.Contains(label);
}

/// <summary>memorisation.json.</summary>
/// <param name="Count">The images of each kind that were noised.</param>
/// <param name="TrainingImages">The images that the network was trained on.</param>
/// <param name="KnownImages">Those of them that the ideal denoiser knows.</param>
/// <param name="HeldOutImages">The images kept from training that count as held out.</param>
/// <param name="ControlImages">The others kept from training, which stand for training images in the control.</param>
/// <param name="Seed">Of the choice of images and of the noise.</param>
/// <param name="Labelled">Whether everything was asked with the classes of the images.</param>
/// <param name="Network">What was found of the network.</param>
/// <param name="Control">The same where no image was trained on.</param>
internal sealed record MemorisationResult(
    int Count, int TrainingImages, int KnownImages, int HeldOutImages, int ControlImages, ulong Seed, bool Labelled, Memorisation Network, Memorisation Control)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>The answer in words that follow from the numbers.</summary>
    public IEnumerable<string> Answer()
    {
        yield return Network.Answer("the network");
        yield return $"Control, with images that it never saw in place of the training images: {Control.Answer("it")}";
        var least = Network.Times.MinBy(time => time.Rho)!;
        yield return $"Where there is least noise (S/g = {F(least.Rho)}) the mean squared error per number is {F(least.Denoiser.Training)} on training images and {F(least.Denoiser.HeldOut)} on held-out ones; of the ideal denoiser of {KnownImages} training images {F(least.IdealOfTraining.Training)} and {F(least.IdealOfTraining.HeldOut)}.";
    }

    private static string F(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

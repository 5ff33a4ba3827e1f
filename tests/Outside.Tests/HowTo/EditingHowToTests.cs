using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/editing.md, on pixel pairs of two peaks, (-0.35, 0.65) and (0.75, -0.45).</summary>
public sealed class EditingHowToTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(100);
    private static readonly ExactDenoiser<float> Exact = new(GaussianMixture.TwoPixel, Schedule);

    [Test]
    public void A_part_is_filled_in_and_data_are_changed()
    {
        var (random, schedule, denoiser) = (new RandomSource(1), Schedule, Exact);
        Tensor<float> known = Tensor<float>.Full([100, 2, 1], -0.3f), mask = Tensor<float>.Zeros([100, 2, 1]), data = Tensor<float>.Full([100, 2, 1], 0.4f);
        for (int i = 0; i < 100; i++)
            mask[i, 0, 0] = 1;

        // The rest of data of which mask = 1 is known.
        var filled = new Inpainting { Resamplings = 5 }.Sample(new DdpmSampler<float>(), denoiser, schedule, known, mask, condition: default, random);

        // Data made noisy up to a time, and clean again: the later the time, the more they change.
        double time = 0.4 * schedule.T;
        var sampler = new DdpmSampler<float>(new SamplerSettings { StartTime = time, Steps = 40 });
        var changed = sampler.Sample(denoiser, schedule, Start.From(random, data, schedule, time), condition: 1, random);

        for (int i = 0; i < 100; i++)
        {
            Assert.That(filled[i, 0, 0], Is.EqualTo(-0.3f), "what is known stays");
            Assert.That(filled[i, 1, 0], Is.EqualTo(0.65f).Within(0.5f), "and decides the rest");
        }

        Assert.That(changed.Mean(0).Span.ToArray(), Is.EqualTo(new[] { 0.75f, -0.45f }).Within(0.1f), "data that were none are some now");
        Assert.That(changed.Std(0).Span.ToArray(), Is.All.LessThan(0.15f));
    }

    [Test]
    public void Data_become_noise_and_come_back_and_noises_mix()
    {
        var (random, schedule, denoiser) = (new RandomSource(1), Schedule, Exact);
        var data = GaussianMixture.TwoPixel.Sample(6, random.At(0)).X0;

        // The noise that leads to data, and back.
        var settings = new SamplerSettings { Steps = 60, EndTime = 1 };
        var noise = new HeunSampler<float>(settings with { Inverted = true }).Sample(denoiser, schedule, data, condition: default, random);
        var back = new HeunSampler<float>(settings).Sample(denoiser, schedule, noise, condition: default, random);

        // From the first sample's noise to the last one's, on the sphere on which noises are.
        double[] shares = [0, 0.25, 0.5, 0.75, 1];
        var starts = Tensor<float>.Concatenate([.. shares.Select(share => Start.Between(noise[..1], noise[5..], share))], 0);
        var between = new HeunSampler<float>(settings).Sample(denoiser, schedule, starts, condition: default, random);

        // From one condition to another.
        var morphing = new ConditionInterpolation<float>(denoiser, others: 1, shares);
        var morphed = new HeunSampler<float>(settings).Sample(morphing, schedule, starts, condition: 0, random);

        Assert.That((back - data).Abs().Max(), Is.LessThan(0.03f));
        Assert.That((between[..1] - back[..1]).Abs().Max(), Is.LessThan(1e-5f));
        Assert.That((between[4..] - back[5..]).Abs().Max(), Is.LessThan(1e-5f));
        Assert.That(morphed[..1].Span.ToArray(), Is.EqualTo(new[] { -0.35f, 0.65f }).Within(0.5f), "class 0");
        Assert.That(morphed[4..].Span.ToArray(), Is.EqualTo(new[] { 0.75f, -0.45f }).Within(0.5f), "class 1");
        Assert.That(noise.Std(), Is.EqualTo(1).Within(0.7), "it is noise");
    }
}

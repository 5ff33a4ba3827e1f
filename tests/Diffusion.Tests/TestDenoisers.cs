using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Tests;

/// <summary>Computes what a denoiser's network would.</summary>
internal delegate void Quantity<T>(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Tensor<T> value)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>A denoiser of a function that gives one quantity. It counts its calls.</summary>
internal sealed class DenoiserOf<T>(NoiseSchedule schedule, Parameterisation parameterisation, Quantity<T> quantity) : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Calls { get; set; }

    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        Calls++;
        quantity(xt, t, condition, prediction.Memory);
        prediction.Fill(parameterisation, schedule.LevelsFor(xt, t), xt, prediction.Memory);
    }
}

/// <summary>The exact denoiser of a mixture as networks of any quantity would be it, at pure noise and in the data too.</summary>
internal static class ExactQuantity
{
    public static DenoiserOf<double> Of(GaussianMixture mixture, NoiseSchedule schedule, Parameterisation asked) =>
        new(schedule, asked, (xt, t, condition, q) => Fill(mixture, schedule, asked, xt, t, condition, q));

    /// <summary>q of each sample, [N, ...] of d numbers each; labels are components.</summary>
    public static void Fill(GaussianMixture mixture, NoiseSchedule schedule, Parameterisation asked, Tensor<double> xt, ReadOnlySpan<double> t, Condition<double> condition, Tensor<double> q)
    {
        int d = mixture.Dimensions;
        double[] x0 = new double[d], score = new double[d];
        NoisedMixture? marginal = null;
        for (int i = 0; i < xt.Shape[0]; i++)
        {
            var level = schedule.At(DenoiserArguments.TimeOf(t, i));
            if (marginal is null || t.Length > 1 || condition.Labels.Length > 1)
                marginal = mixture.Conditional(condition.LabelOf(i)).At(level);
            var x = xt.Span.Slice(d * i, d);
            marginal.PosteriorMean(x, x0);
            marginal.Score(x, score);
            var (a, b) = asked.At(level);
            for (int j = 0; j < d; j++)
                q.Span[(d * i) + j] = (a * x0[j]) - (b * level.S * score[j]);
        }
    }
}

/// <summary>A denoiser that counts the calls of another.</summary>
internal sealed class Counting<T>(IDenoiser<T> inner) : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Calls { get; set; }

    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        Calls++;
        inner.Predict(xt, t, condition, prediction);
    }
}

/// <summary>A denoiser whose variance is the same share of its range everywhere, or one share with labels and another without.</summary>
internal sealed class FixedVariance<T>(IDenoiser<T> inner, double share, double? unlabelled = null) : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        inner.Predict(xt, t, condition, prediction);
        prediction.VarianceMemory.Span.Fill(T.CreateTruncating(condition.HasLabels ? share : unlabelled ?? share));
        prediction.FillVariance(prediction.VarianceMemory);
    }
}

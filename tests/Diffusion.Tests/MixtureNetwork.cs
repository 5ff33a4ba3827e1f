using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Training;

namespace Diffusion.Tests;

/// <summary>The best network of a mixture: its exact answer, whatever is asked; labels are components. It notes the times that it is asked at.</summary>
internal sealed class MixtureNetwork(GaussianMixture mixture, NoiseSchedule schedule, Parameterisation asked, Shape? sample) : DenoisingNetwork<double>
{
    public HashSet<double> Times { get; } = [];

    public override int Classes => mixture.LabelCount;

    public override string Architecture => "mixture";

    public override string ConfigurationJson => "{}";

    public override Shape? SampleShape => sample;

    /// <summary>A model of pixel pairs, of v.</summary>
    public static Model<double> Model(NoiseSchedule schedule, TimeSampling times = TimeSampling.Continuous) => ModelOf(GaussianMixture.TwoPixel, schedule, [2, 1], times);

    /// <summary>A model of any mixture, of v.</summary>
    public static Model<double> ModelOf(GaussianMixture mixture, NoiseSchedule schedule, Shape? sample, TimeSampling times = TimeSampling.Continuous) =>
        new(new MixtureNetwork(mixture, schedule, Parameterisation.V, sample), schedule, new SimpleObjective<double>(Parameterisation.V) { Times = times }, new TrainingConfiguration(), "a mixture");

    public override Variable<double> Forward(Tape<double> tape, Tensor<double> xt, ReadOnlySpan<double> t, Condition<double> condition)
    {
        foreach (double time in t)
            _ = Times.Add(time);
        var predicted = Tensor<double>.Zeros(xt.Shape);
        ExactQuantity.Fill(mixture, schedule, asked, xt, t, condition, predicted);
        return tape.Variable(predicted);
    }
}

using Diffusion.Autograd;
using Diffusion.Guidance;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Soak;

/// <summary>Training and guided sampling of one network, each time with another batch size: what a server or a long study does.</summary>
internal sealed class Load
{
    private const int Timesteps = 50;

    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(Timesteps);

    private readonly DenoisingNetwork<float> _network;
    private readonly Adam<float> _adam;
    private readonly Shape _sample;
    private readonly int _classes, _steps, _mostTrained, _mostSampled;
    private readonly RandomSource _random;
    private long _next;

    private Load(DenoisingNetwork<float> network, Shape sample, int classes, int steps, int mostTrained, int mostSampled, RandomSource random)
    {
        (_network, _sample, _classes, _steps, _mostTrained, _mostSampled, _random) = (network, sample, classes, steps, mostTrained, mostSampled, random);
        _adam = new Adam<float>(network.Parameters) { LearningRate = 1e-4 };
    }

    /// <summary>Calls of the sampler and steps of training so far.</summary>
    public (long Trained, long Sampled) Done { get; private set; }

    /// <summary>Bytes of the pool after the last step; all tapes of a thread have one pool.</summary>
    public long TapeBytes { get; private set; }

    /// <summary>The most of them after any step.</summary>
    public long MostTapeBytes { get; private set; }

    /// <summary>Trains with the largest batch until the pool has what it takes, and says how much that is.</summary>
    public long LargestBatch()
    {
        for (int i = 0; i < 3; i++)
            Train(_mostTrained);
        return TapeBytes;
    }

    public static Load TwoPixel(RandomSource random) => new(
        new TwoPixelUNet<float>(new() { Timesteps = Timesteps, Classes = 2 }, random), [2, 1], classes: 2, steps: 40, mostTrained: 512, mostSampled: 1000, random);

    public static Load Digits(RandomSource random) => new(
        new MnistUNet<float>(new() { Timesteps = Timesteps }, random), [28, 28, 1], classes: 10, steps: 1, mostTrained: 24, mostSampled: 6, random);

    /// <summary>Some steps of training, and a guided sample on a thread of its own: threads come and go as well.</summary>
    public void Turn()
    {
        for (int i = 0; i < _steps; i++)
            Train(Between(1, _mostTrained));
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Sample(Between(1, _mostSampled));
            }
            catch (InvalidOperationException e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw failure;
    }

    private void Train(int batch)
    {
        var random = _random.At(_next++);
        Shape shape = [batch, .. _sample.AsSpan()];
        Tensor<float> x0 = random.Normal(shape), noise = _random.At(_next++).Normal(shape);
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => (i % (_classes + 1)) - 1)];
        using var tape = Tape<float>.Start();
        var loss = Loss.MeanSquared(_network.Forward(tape, x0, random.Integers(1, Timesteps + 1, batch), labels), noise);
        tape.Backward(loss);
        _adam.Step();
        TapeBytes = tape.AllocatedBytes;
        MostTapeBytes = Math.Max(MostTapeBytes, TapeBytes);
        Done = (Done.Trained + 1, Done.Sampled);
    }

    private void Sample(int count)
    {
        var guided = new ClassifierFreeGuidance<float>(new NetworkDenoiser<float>(_network, Parameterisation.Epsilon, Schedule), w: 1);
        var sampler = new DdimSampler<float>(new SamplerSettings { Steps = 5, ClampX0 = new(-1, 1) });
        _ = sampler.Sample(guided, Schedule, _random.At(_next++).Normal([count, .. _sample.AsSpan()]), condition: 1, _random);
        Done = (Done.Trained, Done.Sampled + 1);
    }

    private int Between(int least, int most) => _random.At(_next++).Integers(least, most + 1, 1)[0];
}

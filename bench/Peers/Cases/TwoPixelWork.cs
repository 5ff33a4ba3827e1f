using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>What the two-pixel cases have in common: the network of the study, and libtorch's copy of it.</summary>
internal abstract class TwoPixelWork(int channels) : Work
{
    protected const int Timesteps = 50, Classes = 2;

    private readonly Lazy<TwoPixelUNet<float>> _model = new(() => new TwoPixelUNet<float>(
        new() { Channels1 = channels, Channels2 = 2 * channels, Embedding = 128, Classes = Classes, Timesteps = Timesteps }, new RandomSource(5)));

    public TwoPixelUNet<float> Model => _model.Value;

    /// <summary>Labels 0, 1 and none (-1), with equal chances.</summary>
    protected static int[] Labels(int count, int stream)
    {
        int[] labels = new int[count];
        new RandomSource(9).At(stream).For(Purpose.LabelDropout).Integers(-1, Classes, labels);
        return labels;
    }

    /// <summary>Labels as rows of the table of classes, of which the null class is the last.</summary>
    protected static torch.Tensor Rows(int[] labels) => torch.tensor(Array.ConvertAll(labels, label => label < 0 ? (long)Classes : label)).clone();
}

/// <summary>
/// One step of training: forward, loss, backward, Adam. Noisy data, steps 1 ... 50, labels and noise are made beforehand for
/// both sides: four batches, one after the other.
/// </summary>
internal sealed class TwoPixelTrainingWork : TwoPixelWork
{
    private const double LearningRate = 2e-3;

    private readonly Batch[] _batches;
    private readonly Adam<float> _adam;
    private int _next;

    public TwoPixelTrainingWork(int batch, int channels = 64)
        : base(channels)
    {
        _batches = [.. Enumerable.Range(0, 4).Select(i => new Batch(batch, i))];
        _adam = new Adam<float>(Model.Parameters) { LearningRate = LearningRate };
    }

    /// <summary>Activations and gradients are in the tape's memory, which is used again.</summary>
    public override bool OursPreallocated => true;

    public float LastLoss { get; private set; }

    public override void Ours()
    {
        var batch = _batches[_next++ % _batches.Length];
        using var tape = Tape<float>.Start();
        var loss = Loss.MeanSquared(Model.Forward(tape, batch.Xt, batch.Times, batch.Labels), batch.Noise);
        LastLoss = loss.Value.Span[0];
        tape.Backward(loss);
        _adam.Step();
    }

    public override Comparison Check()
    {
        var comparison = new Comparison();
        var batch = _batches[0];
        using var tape = Tape<float>.Start();
        var predicted = Model.Forward(tape, batch.Xt, batch.Times, batch.Labels);
        var loss = Loss.MeanSquared(predicted, batch.Noise);
        tape.Backward(loss);

        using var libtorch = new TorchTwoPixel(Model);
        foreach (var (conditioning, asLinear) in Ways)
        {
            using var scope = torch.NewDisposeScope();
            using var inputs = new TorchBatch(batch);
            var output = libtorch.Forward(inputs.X, inputs.T, inputs.Rows, conditioning, asLinear);
            var torchLoss = mse(output, inputs.Noise);
            var gradients = torch.autograd.grad([torchLoss], libtorch.Parameters);
            _ = comparison
                .Add("output", predicted.Value.Span, Torch.Numbers(output), 1e-5)
                .Add("loss", loss.Value.Span, Torch.Numbers(torchLoss), 1e-5);
            foreach (var ((name, parameter), gradient) in Model.NamedParameters.Zip(gradients))
                _ = comparison.Add("gradient of " + name, WeightLayouts.ToPyTorch(parameter.Gradient!, parameter.Layout).Span, Torch.Numbers(gradient), 1e-4);
        }

        foreach (var parameter in Model.Parameters)
            parameter.ClearGradient();
        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var batches = Array.ConvertAll(_batches, batch => new TorchBatch(batch));
        return [.. Ways.Select(way => Step(batches, way.Conditioning, way.AsLinear))];
    }

    private static readonly (Conditioning Conditioning, bool AsLinear)[] Ways =
        [(Conditioning.Shared, false), (Conditioning.PerSample, false), (Conditioning.Shared, true)];

    private Variant Step(TorchBatch[] batches, Conditioning conditioning, bool asLinear)
    {
        var model = new TorchTwoPixel(Model);
        var adam = new TorchAdam(model.Parameters, LearningRate);
        int next = 0;
        string name = conditioning == Conditioning.Shared ? "conditioning shared" : "conditioning per sample";
        return new(asLinear ? name + ", as linear layers" : name, false, () =>
        {
            using var scope = torch.NewDisposeScope();
            var batch = batches[next++ % batches.Length];
            var loss = mse(model.Forward(batch.X, batch.T, batch.Rows, conditioning, asLinear), batch.Noise);
            adam.Step([.. torch.autograd.grad([loss], model.Parameters)]);
            _ = loss.item<float>();
        }, asLinear);
    }

    private static torch.Tensor mse(torch.Tensor x, torch.Tensor y) => torch.nn.functional.mse_loss(x, y);

    /// <summary>A batch for us.</summary>
    internal sealed class Batch
    {
        public Batch(int size, int stream)
        {
            (Xt, Noise) = (Inputs.Normal([size, 2, 1], 40 + stream), Inputs.Normal([size, 2, 1], 50 + stream));
            int[] steps = new int[size];
            new RandomSource(9).At(stream).For(Purpose.Time).Integers(1, Timesteps + 1, steps);
            Times = Array.ConvertAll(steps, step => (double)step);
            Labels = TwoPixelWork.Labels(size, stream);
        }

        public Tensor<float> Xt { get; }

        public Tensor<float> Noise { get; }

        public double[] Times { get; }

        public int[] Labels { get; }
    }

    /// <summary>The same batch for libtorch: two pixels of one channel are [N, 1, 2] there, in the same order.</summary>
    private sealed class TorchBatch(Batch batch) : IDisposable
    {
        public torch.Tensor X { get; } = Torch.CopyChannelsFirst(batch.Xt);

        public torch.Tensor Noise { get; } = Torch.Copy(batch.Noise);

        public torch.Tensor T { get; } = torch.tensor(Array.ConvertAll(batch.Times, t => (long)t)).clone();

        public torch.Tensor Rows { get; } = TwoPixelWork.Rows(batch.Labels);

        public void Dispose()
        {
            X.Dispose();
            Noise.Dispose();
            T.Dispose();
            Rows.Dispose();
        }
    }
}

/// <summary>One prediction for a batch at one step, as sampling asks for it, labels and none mixed.</summary>
internal sealed class TwoPixelInferenceWork(int batch) : TwoPixelWork(64)
{
    private readonly Tensor<float> _x = Inputs.Normal([batch, 2, 1], 60), _noise = Tensor<float>.Zeros([batch, 2, 1]);
    private readonly double[] _t = [17];
    private readonly int[] _labels = Labels(batch, 5);

    private OnnxPeer? _onnx;

    public override Action Onnx => (_onnx ??= new OnnxPeer(Model, _x, _t[0], _labels)).Run;

    public override void Ours() => Model.Evaluate(_x, _t, _labels, _noise);

    public override Comparison Check()
    {
        Ours();
        Onnx();
        var comparison = new Comparison().Add("output of ONNX Runtime", _noise.Span, _onnx!.Output, 1e-5);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.inference_mode(true);
        using var model = new TorchTwoPixel(Model);
        foreach (var (conditioning, asLinear) in Ways)
        {
            var output = model.Forward(Torch.CopyChannelsFirst(_x), torch.tensor([(long)_t[0]]), Rows(_labels), conditioning, asLinear);
            _ = comparison.Add("output", _noise.Span, Torch.Numbers(output), 1e-5);
        }

        return comparison;
    }

    public override void Dispose()
    {
        _onnx?.Dispose();
        base.Dispose();
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var model = new TorchTwoPixel(Model);
        torch.Tensor x = Torch.CopyChannelsFirst(_x), t = torch.tensor([(long)_t[0]]).clone(), rows = Rows(_labels);
        return [.. Ways.Select(way => new Variant(
            (way.Conditioning == Conditioning.Shared ? "conditioning shared" : "conditioning per sample") + (way.AsLinear ? ", as linear layers" : ""),
            false,
            () =>
            {
                using var scope = torch.NewDisposeScope();
                using var mode = torch.inference_mode(true);
                _ = model.Forward(x, t, rows, way.Conditioning, way.AsLinear);
            },
            way.AsLinear))];
    }

    private static readonly (Conditioning Conditioning, bool AsLinear)[] Ways =
        [(Conditioning.Shared, false), (Conditioning.PerSample, false), (Conditioning.Shared, true)];
}

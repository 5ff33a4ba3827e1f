using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>What the MNIST cases have in common: the network, and the ways of libtorch's copy of it.</summary>
internal abstract class MnistWork : Work
{
    protected const int Timesteps = 400, Side = 28;

    /// <summary>Libtorch's GroupNorm is slow with channels last, but nothing is left out.</summary>
    protected static readonly MnistWay[] Ways = [new(true, false), new(false, false), new(true, true), new(true, false, OneDnn: false)];

    private readonly Lazy<MnistUNet<float>> _model = new(() => new MnistUNet<float>(new() { Timesteps = Timesteps }, new RandomSource(6)));

    public MnistUNet<float> Model => _model.Value;

    /// <summary>Activations and gradients are in the tape's memory, which is used again.</summary>
    public override bool OursPreallocated => true;

    protected static Shape Images(int batch) => [batch, Side, Side, 1];

    /// <summary>Labels as rows of the table of classes, of which the null class is the last.</summary>
    protected torch.Tensor Rows(int[] labels) => torch.tensor(Array.ConvertAll(labels, label => label < 0 ? (long)Model.Classes : label)).clone();
}

/// <summary>
/// One step of training: forward, loss, backward, Adam. Noisy data, steps 1 ... 400, labels (and none) and noise are made
/// beforehand for both sides: four batches, one after the other.
/// </summary>
internal sealed class MnistTrainingWork : MnistWork
{
    private const double LearningRate = 1e-3;

    private readonly Batch[] _batches;
    private readonly Adam<float> _adam;
    private int _next;

    public MnistTrainingWork(int batch)
    {
        _batches = [.. Enumerable.Range(0, 4).Select(i => new Batch(batch, Model.Classes, i))];
        _adam = new Adam<float>(Model.Parameters) { LearningRate = LearningRate };
    }

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

        var named = Model.NamedParameters.ToList();
        string[] names = ["output", "loss", .. named.Select(pair => "gradient of " + pair.Name)];
        double[] tolerances = [2e-5, 1e-5, .. named.Select(_ => 2e-4)];
        using var scope = torch.NewDisposeScope();
        double[][] exact = [.. Results(batch, Ways[1], torch.float64).Select(Torch.ExactNumbers)];
        Tensor<float>[] ours = [predicted.Value, loss.Value, .. named.Select(pair => WeightLayouts.ToPyTorch(pair.Parameter.Gradient!, pair.Parameter.Layout))];
        for (int i = 0; i < exact.Length; i++)
            _ = comparison.Judge(Comparison.Ours, names[i], ours[i].Span, exact[i], tolerances[i]);
        foreach (var way in Ways)
        {
            torch.Tensor[] results = [];
            way.Running(() => results = Results(batch, way, torch.float32))();
            for (int i = 0; i < exact.Length; i++)
                _ = comparison.Judge(way.ToString(), names[i], Torch.Numbers(results[i]), exact[i], tolerances[i]);
        }

        foreach (var parameter in Model.Parameters)
            parameter.ClearGradient();
        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        var batches = Array.ConvertAll(_batches, Copy);
        return [.. Ways.Select(way => Step(batches, way))];
    }

    private Variant Step(TorchBatch[] batches, MnistWay way)
    {
        // Made at the first call: where only one way runs, the others take no memory.
        Lazy<TorchMnist> model = new(() => new TorchMnist(Model, way));
        Lazy<TorchAdam> adam = new(() => new TorchAdam(model.Value.Parameters, LearningRate));
        int next = 0;
        return new(way.ToString(), false, way.Running(() =>
        {
            _ = adam.Value;
            using var scope = torch.NewDisposeScope();
            var batch = batches[next++ % batches.Length];
            var loss = Mse(model.Value.Forward(batch.X, batch.T, batch.Rows), batch.Noise);
            adam.Value.Step([.. torch.autograd.grad([loss], model.Value.Parameters)]);
            _ = loss.item<float>();
        }));
    }

    // The output, the loss and the gradients of all parameters.
    private torch.Tensor[] Results(Batch batch, MnistWay way, torch.ScalarType type)
    {
        using var libtorch = new TorchMnist(Model, way, type);
        var inputs = Copy(batch);
        var output = libtorch.Forward(inputs.X.to(type), inputs.T, inputs.Rows);
        var loss = Mse(output, inputs.Noise.to(type));
        return [output, loss, .. torch.autograd.grad([loss], libtorch.Parameters)];
    }

    private TorchBatch Copy(Batch batch) => new(
        Torch.CopyChannelsFirst(batch.Xt), Torch.CopyChannelsFirst(batch.Noise), torch.tensor(Array.ConvertAll(batch.Times, t => (long)t)).clone(), Rows(batch.Labels));

    private static torch.Tensor Mse(torch.Tensor x, torch.Tensor y) => torch.nn.functional.mse_loss(x, y);

    /// <summary>A batch for us.</summary>
    private sealed class Batch
    {
        public Batch(int size, int classes, int stream)
        {
            (Xt, Noise) = (Inputs.Normal(Images(size), 70 + stream), Inputs.Normal(Images(size), 80 + stream));
            var random = new RandomSource(9).At(stream);
            int[] steps = new int[size];
            random.For(Purpose.Time).Integers(1, Timesteps + 1, steps);
            Times = Array.ConvertAll(steps, step => (double)step);
            Labels = new int[size];
            random.For(Purpose.LabelDropout).Integers(-1, classes, Labels);
        }

        public Tensor<float> Xt { get; }

        public Tensor<float> Noise { get; }

        public double[] Times { get; }

        public int[] Labels { get; }
    }

    /// <summary>The same batch for libtorch: images of one channel are [N, 1, 28, 28] there, in the same order.</summary>
    private sealed record TorchBatch(torch.Tensor X, torch.Tensor Noise, torch.Tensor T, torch.Tensor Rows);
}

/// <summary>One prediction for a batch at one step and of one class, as sampling asks for it.</summary>
internal sealed class MnistInferenceWork(int batch) : MnistWork
{
    private readonly Tensor<float> _x = Inputs.Normal(Images(batch), 90), _noise = Tensor<float>.Zeros(Images(batch));
    private readonly double[] _t = [170];
    private readonly int[] _labels = [3];

    private OnnxPeer? _onnx;

    public override Action Onnx => (_onnx ??= new OnnxPeer(Model, _x, _t[0], [.. Enumerable.Repeat(_labels[0], batch)])).Run;

    public override void Ours() => Model.Evaluate(_x, _t, _labels, _noise);

    public override Comparison Check()
    {
        Ours();
        Onnx();
        using var scope = torch.NewDisposeScope();
        double[] exact = Torch.ExactNumbers(Output(Ways[1], torch.float64));
        var comparison = new Comparison()
            .Add("output of ONNX Runtime", _noise.Span, _onnx!.Output, 2e-5)
            .Judge(Comparison.Ours, "output", _noise.Span, exact, 2e-5);
        foreach (var way in Ways)
        {
            torch.Tensor? output = null;
            way.Running(() => output = Output(way, torch.float32))();
            _ = comparison.Judge(way.ToString(), "output", Torch.Numbers(output!), exact, 2e-5);
        }

        return comparison;
    }

    private torch.Tensor Output(MnistWay way, torch.ScalarType type)
    {
        using var mode = torch.inference_mode(true);
        using var model = new TorchMnist(Model, way, type);
        return model.Forward(Torch.CopyChannelsFirst(_x).to(type), torch.tensor([(long)_t[0]]), Rows(_labels));
    }

    public override void Dispose()
    {
        _onnx?.Dispose();
        base.Dispose();
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.CopyChannelsFirst(_x), t = torch.tensor([(long)_t[0]]).clone(), rows = Rows(_labels);
        return [.. Ways.Select(way =>
        {
            Lazy<TorchMnist> model = new(() => new TorchMnist(Model, way));
            return new Variant(way.ToString(), false, way.Running(() =>
            {
                _ = model.Value;
                using var scope = torch.NewDisposeScope();
                using var mode = torch.inference_mode(true);
                _ = model.Value.Forward(x, t, rows);
            }));
        })];
    }
}

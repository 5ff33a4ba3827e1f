using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace Diffusion.Peers.Libtorch;

/// <summary>How the step and the class reach libtorch's network.</summary>
internal enum Conditioning
{
    /// <summary>Everything for every sample, as a plain program does it.</summary>
    PerSample,

    /// <summary>Once for each step that there is (or for the one step of the whole batch), and once for each class; samples pick their rows.</summary>
    Shared,
}

/// <summary>The two-pixel UNet in libtorch, with the weights of ours.</summary>
internal sealed class TorchTwoPixel : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _weights;
    private readonly torch.Tensor _angles, _oneHots;
    private readonly int _timesteps, _classes;

    public TorchTwoPixel(TwoPixelUNet<float> model)
    {
        var learned = model.NamedParameters.Select(named => named.Name).ToHashSet();
        _weights = StateDict.Of(model).ToDictionary(entry => entry.Key, entry => Torch.Copy(entry.Value, learned.Contains(entry.Key)));
        Parameters = [.. model.NamedParameters.Select(named => _weights[named.Name])];
        _angles = (_weights["step.fourier.frequencies"] * (2 * Math.PI)).unsqueeze(0);
        (_timesteps, _classes) = (model.Configuration.Timesteps, model.Classes);
        _oneHots = torch.eye(_classes + 1);
    }

    /// <summary>The learned tensors, in the order of ours.</summary>
    public torch.Tensor[] Parameters { get; }

    /// <summary>The predicted noise [N, 2, 1] of x [N, 1, 2].</summary>
    /// <param name="x">Noisy data.</param>
    /// <param name="t">The step of each sample, [N] integers, or one for all, [1].</param>
    /// <param name="labels">The row of each sample's class, [N] integers, or one for all, [1]; the null class is the last.</param>
    /// <param name="conditioning">How step and class are embedded.</param>
    /// <param name="asLinear">
    /// Whether convolutions, which all give sequences of length 1 here, are written as linear layers: another network with
    /// the same numbers.
    /// </param>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor t, torch.Tensor labels, Conditioning conditioning, bool asLinear = false)
    {
        bool isShared = conditioning == Conditioning.Shared, isOneStep = t.shape[0] == 1 && x.shape[0] > 1;
        torch.Tensor times = t, classes = labels;
        if (isShared && !isOneStep)
            times = torch.arange(1, _timesteps + 1);
        else if (!isShared && isOneStep)
            times = t.expand(x.shape[0]);
        if (isShared)
            classes = torch.arange(_classes + 1);
        else
            classes = labels.expand(x.shape[0]);

        var phases = (times.to(torch.float32) / _timesteps).unsqueeze(1) * _angles;                       // [R, E/2]
        var step = silu(Linear(torch.cat([torch.sin(phases), torch.cos(phases)], 1), "step.linear"));      // [R, E]
        var label = Linear(silu(Linear(_oneHots.index_select(0, classes), "label.linear1")), "label.linear2");
        var stepRows = isShared && !isOneStep ? t - 1 : null;
        var labelRows = isShared ? labels : null;

        if (asLinear)
        {
            x = x.reshape(-1, 2);
            var l1 = Block("encoder1", linear(x, W("encoder1.conv.weight").flatten(1), W("encoder1.conv.bias")), 4);
            var l2 = Block("encoder2", linear(l1, W("encoder2.conv.weight").flatten(1), W("encoder2.conv.bias")), 32);
            var l3 = Block("decoder1", W("decoder1.conv.bias").addmm(l2, W("decoder1.conv.weight").flatten(1), 1, 1), 4);
            return W("decoder2.bias").addmm(torch.cat([l3, l1], 1), W("decoder2.weight").flatten(1), 1, 1).reshape(-1, 2, 1);
        }

        var h1 = Block("encoder1", conv1d(x, W("encoder1.conv.weight"), W("encoder1.conv.bias")), 4);           // [N, C1, 1]
        var h2 = Block("encoder2", conv1d(h1, W("encoder2.conv.weight"), W("encoder2.conv.bias")), 32);         // [N, C2, 1]
        var h3 = Block("decoder1", conv_transpose1d(h2, W("decoder1.conv.weight"), W("decoder1.conv.bias")), 4);
        return conv_transpose1d(torch.cat([h3, h1], 1), W("decoder2.weight"), W("decoder2.bias"));              // [N, 2, 1]

        torch.Tensor Block(string name, torch.Tensor h, int groups)
        {
            h = h + Condition(Linear(step, name + ".step"), stepRows, h) + Condition(Linear(label, name + ".label"), labelRows, h);
            return silu(group_norm(h, groups, W(name + ".norm.weight"), W(name + ".norm.bias")));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values)
            tensor.Dispose();
        _angles.Dispose();
        _oneHots.Dispose();
    }

    private static torch.Tensor Condition(torch.Tensor rows, torch.Tensor? index, torch.Tensor h)
    {
        var condition = index is null ? rows : rows.index_select(0, index);
        return h.dim() == 3 ? condition.unsqueeze(-1) : condition;
    }

    private torch.Tensor W(string name) => _weights[name];

    private torch.Tensor Linear(torch.Tensor x, string name) => linear(x, W(name + ".weight"), W(name + ".bias"));
}

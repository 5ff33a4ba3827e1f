using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace Diffusion.Peers.Libtorch;

/// <summary>The ways in which libtorch computes the MNIST UNet. All give the same numbers.</summary>
/// <param name="FusedAttention">Whether softmax attention is libtorch's fused operator, which wants channels last, or two products and a softmax.</param>
/// <param name="ChannelsLast">Whether images have the memory order N, H, W, C.</param>
/// <param name="OneDnn">Whether convolutions are oneDNN's.</param>
internal readonly record struct MnistWay(bool FusedAttention, bool ChannelsLast, bool OneDnn = true)
{
    /// <summary>Something as this way does it.</summary>
    public Action Running(Action run) => OneDnn ? run : Context.WithoutOneDnn(run);

    public override string ToString() => $"channels {(ChannelsLast ? "last" : "first")}, attention {(FusedAttention ? "fused" : "explicit")}{(OneDnn ? "" : ", without oneDNN")}";
}

/// <summary>
/// The MNIST UNet in libtorch, with the weights of ours and the same operations in the same order. As with ours, a step and
/// a class that the whole batch shares are embedded once and become part of the biases, and classes are embedded once each.
/// </summary>
/// <remarks>Scopes free what backward does not need as early as a program in Python would.</remarks>
internal sealed class TorchMnist : IDisposable
{
    private const int Groups = 8;

    private readonly Dictionary<string, torch.Tensor> _weights;
    private readonly torch.Tensor _angles, _oneHots;
    private readonly int _timesteps, _levels, _heads;
    private readonly MnistWay _way;
    private readonly torch.ScalarType _type;

    public TorchMnist(MnistUNet<float> model, MnistWay way, torch.ScalarType type = torch.ScalarType.Float32)
    {
        _type = type;
        var learned = model.NamedParameters.Select(named => named.Name).ToHashSet();
        _weights = StateDict.Of(model).ToDictionary(entry => entry.Key, entry =>
        {
            using var scope = torch.NewDisposeScope();
            var weight = Torch.Copy(entry.Value).to(type);
            weight = way.ChannelsLast && weight.dim() == 4 ? Torch.InChannelsLast(weight) : weight;
            return weight.requires_grad_(learned.Contains(entry.Key)).MoveToOuterDisposeScope();
        });
        Parameters = [.. model.NamedParameters.Select(named => _weights[named.Name])];
        _angles = (_weights["step.fourier.frequencies"] * (2 * Math.PI)).unsqueeze(0);
        _oneHots = torch.eye(model.Classes + 1, dtype: type);
        var configuration = model.Configuration;
        (_timesteps, _levels, _heads, _way) = (configuration.Timesteps, configuration.Widths.Count, configuration.Heads, way);
    }

    /// <summary>The learned tensors, in the order of ours.</summary>
    public torch.Tensor[] Parameters { get; }

    /// <summary>The predicted noise, of the shape of x.</summary>
    /// <param name="x">Noisy images, [N, 1, 28, 28].</param>
    /// <param name="t">The step of each sample, [N] integers, or one for all, [1].</param>
    /// <param name="labels">The row of each sample's class, [N] integers, or one for all, [1]; the null class is the last.</param>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor t, torch.Tensor labels)
    {
        using var scope = torch.NewDisposeScope();
        var condition = Embed(t, labels);                                                 // [N, E] or [1, E]
        var h = Conv(x, "first", padding: 1);
        var skips = new torch.Tensor[_levels];
        for (int i = 0; i < _levels; i++)
        {
            h = Next(h, h => Residual(h, condition, $"down{i}_block"));
            skips[i] = Next(h, h => Attention(h, linear: i == 0, $"down{i}_attention"));
            h = i < _levels - 1 ? Conv(skips[i], $"down{i}_conv", stride: 2, padding: 1) : skips[i].alias();
        }

        h = Next(h, h => Residual(h, condition, "middle_block1"));
        h = Next(h, h => Attention(h, linear: false, "middle_attention"));
        h = Next(h, h => Residual(h, condition, "middle_block2"));
        for (int i = _levels - 1; i >= 0; i--)
        {
            h = Next(h, h => torch.cat([h, skips[i]], 1));
            skips[i].Dispose();
            h = Next(h, h => Residual(h, condition, $"up{i}_block"));
            h = Next(h, h => Attention(h, linear: i == 0, $"up{i}_attention"));
            if (i > 0)
                h = Next(h, h => conv_transpose2d(h, W($"up{i}_conv.weight"), W($"up{i}_conv.bias"), [2, 2], [1, 1]));
        }

        return Conv(silu(Norm(h, "norm")), "last", padding: 1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Values)
            tensor.Dispose();
        _angles.Dispose();
        _oneHots.Dispose();
    }

    // Computes the next tensor and lets go of the one before, and of everything between.
    private static torch.Tensor Next(torch.Tensor before, Func<torch.Tensor, torch.Tensor> layer)
    {
        using var scope = torch.NewDisposeScope();
        var after = layer(before).MoveToOuterDisposeScope();
        before.Dispose();
        return after;
    }

    private torch.Tensor Embed(torch.Tensor t, torch.Tensor labels)
    {
        var phases = (t.to(_type) / _timesteps).unsqueeze(1) * _angles;           // [R, E/2]
        var step = silu(Linear(torch.cat([torch.sin(phases), torch.cos(phases)], 1), "step.linear"));
        bool isOneClass = labels.shape[0] == 1;
        var oneHots = isOneClass ? _oneHots.index_select(0, labels) : _oneHots;
        var label = Linear(silu(Linear(oneHots, "label.linear1")), "label.linear2");
        return silu(step + (isOneClass ? label : label.index_select(0, labels)));
    }

    private torch.Tensor Residual(torch.Tensor x, torch.Tensor condition, string name)
    {
        using var scope = torch.NewDisposeScope();
        var rows = Linear(condition, name + ".condition");
        bool isShared = rows.shape[0] == 1;
        var h = Next(Norm(x, name + ".norm1"), h => silu(h));
        h = Next(h, h => isShared
            ? conv2d(h, W(name + ".conv1.weight"), rows.flatten() + W(name + ".conv1.bias"), padding: [1, 1])
            : Conv(h, name + ".conv1", padding: 1).add_(rows.unsqueeze(-1).unsqueeze(-1)));
        h = Next(Next(h, h => Norm(h, name + ".norm2")), h => silu(h));
        h = Next(h, h => Conv(h, name + ".conv2", padding: 1));
        return h.add_(_weights.ContainsKey(name + ".skip.weight") ? Conv(x, name + ".skip") : x).MoveToOuterDisposeScope();
    }

    private torch.Tensor Attention(torch.Tensor x, bool linear, string name)
    {
        using var scope = torch.NewDisposeScope();
        long n = x.shape[0], c = x.shape[1], s = x.shape[2] * x.shape[3], d = c / _heads;
        double scale = 1 / Math.Sqrt(d);
        var qkv = Next(Norm(x, name + ".norm"), h => Conv(h, name + ".qkv")).reshape(n, 3, _heads, d, s);
        torch.Tensor mixed;                                                               // [N, heads, d, S]
        if (!linear && _way.FusedAttention)
        {
            var rows = qkv.transpose(3, 4).contiguous();                                  // [N, 3, heads, S, d]
            mixed = scaled_dot_product_attention(rows.select(1, 0), rows.select(1, 1), rows.select(1, 2)).transpose(2, 3);
        }
        else if (!linear)
        {
            var (q, k, v) = (qkv.select(1, 0) * scale, qkv.select(1, 1), qkv.select(1, 2));
            var weights = Next(q.transpose(2, 3).matmul(k), scores => softmax(scores, -1));
            mixed = v.matmul(weights.transpose(2, 3));
        }
        else
        {
            var (q, k, v) = (softmax(qkv.select(1, 0), 2), softmax(qkv.select(1, 1), 3), qkv.select(1, 2));
            var context = k.matmul(v.transpose(2, 3)) * scale;                            // [N, heads, d, d]
            mixed = context.transpose(2, 3).matmul(q);
        }

        return Conv(mixed.reshape(x.shape), name + ".out").add_(x).MoveToOuterDisposeScope();
    }

    private torch.Tensor W(string name) => _weights[name];

    private torch.Tensor Linear(torch.Tensor x, string name) => linear(x, W(name + ".weight"), W(name + ".bias"));

    private torch.Tensor Norm(torch.Tensor x, string name) => group_norm(x, Groups, W(name + ".weight"), W(name + ".bias"));

    private torch.Tensor Conv(torch.Tensor x, string name, long stride = 1, long padding = 0) =>
        conv2d(x, W(name + ".weight"), W(name + ".bias"), [stride, stride], [padding, padding]);
}

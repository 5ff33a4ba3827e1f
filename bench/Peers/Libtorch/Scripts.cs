using TorchSharp;

namespace Diffusion.Peers.Libtorch;

/// <summary>
/// Operators of libtorch that TorchSharp has no methods for, called through TorchScript: results into given memory, and the
/// fused Adam. They are faster than what TorchSharp offers, so they are what we compare with.
/// </summary>
internal static class Scripts
{
    private static readonly Lazy<torch.jit.CompilationUnit> Unit = new(() => torch.jit.compile(
        """
        def softmax(x: Tensor, y: Tensor):
            return torch._softmax(x, -1, False, out=y)

        def silu(x: Tensor, y: Tensor):
            return torch.silu(x, out=y)

        def exp(x: Tensor, y: Tensor):
            return torch.exp(x, out=y)

        def bmm(a: Tensor, b: Tensor, c: Tensor):
            return torch.bmm(a, b, out=c)

        def adam(parameters: List[Tensor], gradients: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor], rate: float):
            torch._foreach_add_(steps, 1)
            torch._fused_adam_(parameters, gradients, m, v, [], steps, lr=rate, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False)
            return 0

        """));

    public static void Softmax(torch.Tensor x, torch.Tensor y) => Call("softmax", x, y);

    public static void Silu(torch.Tensor x, torch.Tensor y) => Call("silu", x, y);

    public static void Exp(torch.Tensor x, torch.Tensor y) => Call("exp", x, y);

    public static void BatchedProduct(torch.Tensor a, torch.Tensor b, torch.Tensor c) => Call("bmm", a, b, c);

    /// <summary>One step of libtorch's fused Adam over all tensors.</summary>
    public static void Adam(TorchAdam state, torch.Tensor[] gradients) =>
        Call("adam", state.Parameters, gradients, state.M, state.V, state.Steps, state.LearningRate);

    private static void Call(string name, params object[] arguments) => (Unit.Value.invoke(name, arguments) as IDisposable)?.Dispose();
}

/// <summary>Parameters with Adam's state, in libtorch's memory.</summary>
internal sealed class TorchAdam(torch.Tensor[] parameters, double learningRate) : IDisposable
{
    public torch.Tensor[] Parameters => parameters;

    public torch.Tensor[] M { get; } = [.. parameters.Select(parameter => torch.zeros_like(parameter))];

    public torch.Tensor[] V { get; } = [.. parameters.Select(parameter => torch.zeros_like(parameter))];

    public torch.Tensor[] Steps { get; } = [.. parameters.Select(_ => torch.zeros(1))];

    public double LearningRate => learningRate;

    public void Step(torch.Tensor[] gradients)
    {
        using var noGradient = torch.no_grad();
        Scripts.Adam(this, gradients);
    }

    public void Dispose()
    {
        foreach (var tensor in M.Concat(V).Concat(Steps))
            tensor.Dispose();
    }
}

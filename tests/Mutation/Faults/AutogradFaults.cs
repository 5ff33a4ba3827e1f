namespace Diffusion.Mutation.Faults;

/// <summary>Faults in src/Autograd: the tape, gradients handed on, operations and losses.</summary>
internal static class AutogradFaults
{
    private const string Folder = "src/Autograd/", Operations = Folder + "Operations/";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new(Folder + "GradientSink.cs", "accumulate = gradient is not null;\n        return gradient ??", "accumulate = false;\n        return gradient ??", "the second gradient of an intermediate result replaces the first"),
        new(Folder + "GradientSink.cs", "if (_gradients[input.Node] is not null)\n                return false;", "", "a gradient passed on replaces the one that is there"),
        new(Folder + "GradientSink.cs", "if (!accumulate)\n            gradient.Span.Clear();", "", "a stale buffer: a new gradient is not cleared"),
        new(Folder + "GradientSink.cs", "for (int i = result.Node; i >= 0; i--)", "for (int i = result.Node; i > 0; i--)", "the first operation of a tape gets no gradient"),
        new(Folder + "GradientSink.cs", "if (_givable is not null)\n            _pool.Return(gradient);", "_pool.Return(gradient);", "a stale buffer: memory that was given away goes back to the pool"),
        new(Folder + "GradientSink.cs", "_touched[i].Holder.BreakGradient(_touched[i].HadGradient);", "_ = _touched[i];", "half a gradient can be read after a pass that failed"),
        new(Folder + "Variable.cs", "accumulate = _state != GradientState.None;", "accumulate = false;", "the gradient of a second pass replaces that of the first"),
        new(Folder + "Tape.cs", "Generation++;", "", "a variable can be read after its tape has ended"),
        new(Folder + "Tape.Backward.cs", "_operations[i].CheckUnchanged(now);", "", "values that were written to since the forward pass are not noticed"),
        new(Folder + "Recorder.cs", "numbers.CopyTo(copy);", "", "the labels of a backward pass are not copied"),
        new(Folder + "Recorder.cs", "mixed |= own is not null && own != input.Tape;", "", "inputs of two tapes are not noticed"),
        new(Operations + "Losses.cs", "Add(sink, target, -share);", "Add(sink, target, share);", "a sign in the gradient of a loss's target"),
        new(Operations + "Losses.cs", "gradient.Span[i] += share * (T.One - ratios.Span[i]);", "gradient.Span[i] += share * (T.One + ratios.Span[i]);", "a sign in the gradient of the variance"),
        new(Operations + "Losses.cs", "gradient.Span[(n * columns) + classes[n]] -= share;", "gradient.Span[(n * columns) + classes[0]] -= share;", "a swapped label in the gradient of the cross-entropy"),
        new(Operations + "Losses.cs", "sum -= logSoftmax.Span[(n * columns) + classes[n]];", "sum -= logSoftmax.Span[(n * columns) + classes[^(n + 1)]];", "swapped labels in the cross-entropy"),
        new(Operations + "Losses.cs", "Operations.Scale((ratio.Exp() - ratio + square - T.One)", "Operations.Scale((ratio.Exp() - ratio + square)", "a dropped term of the divergence of two normal distributions"),
        new(Operations + "Conv1d.cs", "if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))", "if (bias is not null && sink.Wants(bias, out var dBias, out _))", "accumulate ignored in the gradient of a bias"),
        new(Operations + "Conv1d.cs", "bias is null ? default : bias.Data.Span, y.Span);", "default, y.Span);", "the bias of a convolution missing"),
        new(Operations + "MatMul.cs", "b.Data.Span, !transposeB, dA.Span, accumulateA);", "b.Data.Span, !transposeB, dA.Span, false);", "accumulate ignored in the gradient of a product"),
        new(Operations + "GroupNorm.cs", "(addGamma ? dBeta : dGamma).Span.Clear();", "", "a stale buffer: of gamma and beta only one had a gradient"),
        new(Operations + "GroupNorm.cs", "(shape.Positions != 1 || addX ||", "(shape.Positions != 1 ||", "rows get a gradient that came from elsewhere, too"),
        new(Operations + "Concatenate.cs", "gradient.Span, width, accumulate);\n            offset += width;", "gradient.Span, width, accumulate);", "all parts of a concatenation get the gradient of the first"),
        new(Operations + "Embedding.cs", "sink.Pass(x, dOut);", "", "rows that are added stop the gradient of what they are added to"),
    ];
}

using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

/// <summary>Losses: how far a prediction is from its target, as a single number, the mean over all elements.</summary>
public static class Loss
{
    /// <summary>The mean of (prediction - target)².</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> MeanSquared<T>(Variable<T> prediction, Variable<T> target)
        where T : unmanaged, IFloatingPointIeee754<T> => ResidualLossOperation<SquaredFunction<T>, T>.Apply(prediction, target, default);

    /// <summary>The mean of |prediction - target|.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> MeanAbsolute<T>(Variable<T> prediction, Variable<T> target)
        where T : unmanaged, IFloatingPointIeee754<T> => ResidualLossOperation<AbsoluteFunction<T>, T>.Apply(prediction, target, default);

    /// <summary>Huber's loss, the mean of r²/2 where |r| ≤ δ, else δ·(|r| - δ/2).</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">δ is not positive.</exception>
    public static Variable<T> Huber<T>(Variable<T> prediction, Variable<T> target, double delta = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(delta);
        return ResidualLossOperation<HuberFunction<T>, T>.Apply(prediction, target, new(T.CreateChecked(delta), T.One));
    }

    /// <summary>Smooth L1, the mean of r²/(2β) where |r| ≤ β, else |r| - β/2.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is not positive.</exception>
    public static Variable<T> SmoothL1<T>(Variable<T> prediction, Variable<T> target, double beta = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta);
        return ResidualLossOperation<HuberFunction<T>, T>.Apply(prediction, target, new(T.CreateChecked(beta), T.CreateChecked(1 / beta)));
    }

    /// <summary>
    /// The negative log-likelihood of a Gaussian in its variance, but for ln(2π)/2: the mean of (ln v + s/v)/2, where s are
    /// squared distances from its mean. The mean itself gets no gradient.
    /// </summary>
    /// <param name="logVariance">ln v.</param>
    /// <param name="squares">s, or expectations of it.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> GaussianVariance<T>(Variable<T> logVariance, Tensor<T> squares)
        where T : unmanaged, IFloatingPointIeee754<T> => GaussianVarianceOperation<T>.Apply(logVariance, squares);

    /// <summary>Cross-entropy of logits [N, C] with classes in [0, C): the mean of -ln softmax(logits)[class].</summary>
    /// <exception cref="ArgumentException">The logits are not [N, C] with N classes given (which are copied).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A class outside of [0, C).</exception>
    public static Variable<T> CrossEntropy<T>(Variable<T> logits, params ReadOnlySpan<int> classes)
        where T : unmanaged, IFloatingPointIeee754<T> => CrossEntropyOperation<T>.Apply(logits, classes);

    /// <summary>
    /// Binary cross-entropy of logits z with targets y in [0, 1]: the mean of -y·ln σ(z) - (1 - y)·ln(1 - σ(z)), computed as
    /// max(z, 0) - z·y + ln(1 + e^-|z|), which neither overflows nor cancels.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> BinaryCrossEntropy<T>(Variable<T> logits, Variable<T> targets)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckShapes(logits.Shape, targets.Shape, "logits", "targets");
        return BinaryOperation<BinaryCrossEntropyFunction<T>, T>.Apply(logits, targets, default).Mean();
    }

    /// <summary>
    /// The Kullback-Leibler divergence of Gaussians N(mean, e^logVariance) from N(priorMean, e^priorLogVariance), the mean over all
    /// elements of (ln v' - ln v + (v + (m - m')²)/v' - 1)/2. Without a prior, of the standard normal distribution.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable<T> GaussianDivergence<T>(Variable<T> mean, Variable<T> logVariance, Variable<T>? priorMean = null, Variable<T>? priorLogVariance = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckShapes(mean.Shape, logVariance.Shape, "means", "variances");
        var distance = priorMean is null ? mean : mean - priorMean;
        var ratio = priorLogVariance is null ? logVariance : logVariance - priorLogVariance;
        var square = priorLogVariance is null ? distance.Square() : distance.Square() * (-priorLogVariance).Exp();
        CheckShapes(mean.Shape, (square + ratio).Shape, "distribution", "prior");
        return Operations.Scale((ratio.Exp() - ratio + square - T.One).Mean(), T.CreateChecked(0.5));
    }

    /// <summary>The cosine of the angle between x and y along a dimension, x·y / (‖x‖·‖y‖), which is dropped; a norm below epsilon counts as epsilon, and gets no gradient.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast, or the dimension does not exist.</exception>
    public static Variable<T> CosineSimilarity<T>(Variable<T> x, Variable<T> y, Axes axes, double epsilon = 1e-8)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var least = Tensor<T>.Scalar(T.CreateChecked(epsilon));
        return (x * y).Sum(axes) / (x.Norm(axes).Maximum(least) * y.Norm(axes).Maximum(least));
    }

    private static void CheckShapes(Shape one, Shape other, string ones, string others)
    {
        if (one != other)
            throw new ArgumentException($"A loss compares tensors of one shape, but the {ones} have {one} and the {others} {other}.");
    }
}

/// <summary>loss = mean f(r) of the residual r = prediction - target. Keeps r.</summary>
internal sealed class ResidualLossOperation<TFunction, T>(Variable<T> prediction, Variable<T> target, TFunction function, Tensor<T> residual) : Operation<T>
    where TFunction : unmanaged, IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [prediction, target];

    public override string Name => typeof(TFunction).Name.Split('`')[0].Replace("Function", " loss", StringComparison.Ordinal);

    public static Variable<T> Apply(Variable<T> prediction, Variable<T> target, TFunction function)
    {
        if (prediction.Shape != target.Shape)
            throw new ArgumentException($"A loss compares tensors of one shape, but the prediction has {prediction.Shape} and the target {target.Shape}.", nameof(target));
        var recorder = Recorder<T>.For(prediction, target);
        Tensor<T> residual = recorder.New(prediction.Shape), losses = recorder.New(prediction.Shape), loss = recorder.New([]);
        Elementwise.Subtract(prediction.Data.Span, target.Data.Span, residual.Span);
        Elementwise.Map<TFunction, T>(function, residual.Span, losses.Span);
        loss.Span[0] = Reductions.Sum<T>(losses.Span) / T.CreateChecked(residual.Length);
        return recorder.Result(loss, recorder.Records ? new ResidualLossOperation<TFunction, T>(prediction, target, function, residual) : null);
    }

    // dprediction += f'(r)·dloss/n, dtarget -= f'(r)·dloss/n
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        T share = dOut.Span[0] / T.CreateChecked(residual.Length);
        Add(sink, prediction, share);
        Add(sink, target, -share);
    }

    private void Add(GradientSink<T> sink, Variable<T> input, T share)
    {
        if (!sink.Wants(input, out var gradient, out bool accumulate))
            return;
        var upstream = sink.Rent(residual.Shape);
        upstream.Span.Fill(share);
        Elementwise.MapBackward<TFunction, T>(function, residual.Span, upstream.Span, gradient.Span, accumulate);
    }
}

/// <summary>loss = mean (ln v + s/v)/2. Keeps s/v.</summary>
internal sealed class GaussianVarianceOperation<T>(Variable<T> logVariance, Tensor<T> ratios) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [logVariance];

    public static Variable<T> Apply(Variable<T> logVariance, Tensor<T> squares)
    {
        if (logVariance.Shape != squares.Shape)
            throw new ArgumentException($"Each variance has one square, but the variances have {logVariance.Shape} and the squares {squares.Shape}.", nameof(squares));
        var recorder = Recorder<T>.For(logVariance);
        Tensor<T> ratios = recorder.New(squares.Shape), loss = recorder.New([]);
        Elementwise.Scale(logVariance.Data.Span, -T.One, ratios.Span);
        Elementwise.Map<ExpFunction<T>, T>(default, ratios.Span, ratios.Span);
        Elementwise.Multiply(ratios.Span, squares.Span, ratios.Span);
        loss.Span[0] = (Reductions.Sum<T>(logVariance.Data.Span) + Reductions.Sum<T>(ratios.Span)) / T.CreateChecked(2L * squares.Length);
        return recorder.Result(loss, recorder.Records ? new GaussianVarianceOperation<T>(logVariance, ratios) : null);
    }

    // d ln v += (1 - s/v)/2·dloss/n
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.GradientOf(logVariance) is not { } gradient)
            return;
        T share = dOut.Span[0] / T.CreateChecked(2L * ratios.Length);
        for (int i = 0; i < ratios.Length; i++)
            gradient.Span[i] += share * (T.One - ratios.Span[i]);
    }
}

/// <summary>loss = -mean ln softmax(logits)[class]. Keeps the logarithm of the softmax.</summary>
internal sealed class CrossEntropyOperation<T>(Variable<T> logits, int[] classes, Tensor<T> logSoftmax) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [logits];

    public static Variable<T> Apply(Variable<T> logits, ReadOnlySpan<int> classes)
    {
        if (logits.Shape.Rank != 2 || logits.Shape[0] != classes.Length)
            throw new ArgumentException($"Cross-entropy takes logits [N, C] and N classes, not {logits.Shape} and {classes.Length}.", nameof(logits));
        int columns = logits.Shape[1];
        foreach (int y in classes)
        {
            if ((uint)y >= (uint)columns)
                throw new ArgumentOutOfRangeException(nameof(classes), y, $"Class {y} is not one of the {columns} of the logits.");
        }

        var recorder = Recorder<T>.For(logits);
        Tensor<T> logSoftmax = recorder.New(logits.Shape), loss = recorder.New([]);
        Softmax.Forward<T>(classes.Length, columns, logarithm: true, logits.Data.Span, logSoftmax.Span);
        T sum = T.Zero;
        for (int n = 0; n < classes.Length; n++)
            sum -= logSoftmax.Span[(n * columns) + classes[n]];
        loss.Span[0] = sum / T.CreateChecked(classes.Length);
        return recorder.Result(loss, recorder.Records ? new CrossEntropyOperation<T>(logits, recorder.Copy(classes), logSoftmax) : null);
    }

    // dlogits += (softmax - one-hot)·dloss/N
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.GradientOf(logits) is not { } gradient)
            return;
        int columns = logits.Shape[1];
        T share = dOut.Span[0] / T.CreateChecked(classes.Length);
        var probabilities = sink.Rent(logits.Shape);
        Elementwise.Map<ExpFunction<T>, T>(default, logSoftmax.Span, probabilities.Span);
        Elementwise.AddScaled(probabilities.Span, share, gradient.Span);
        for (int n = 0; n < classes.Length; n++)
            gradient.Span[(n * columns) + classes[n]] -= share;
    }
}

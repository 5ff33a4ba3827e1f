using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn;

/// <summary>
/// Batch normalisation of [N, ..., C] (arXiv:1502.03167), channels last. While training each channel gets mean 0 and (biased)
/// variance 1 over the batch and all positions, and running means and (unbiased) variances are kept, with which it evaluates.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class BatchNorm<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _channels;

    private protected BatchNorm(int channels, double epsilon, double? momentum, bool affine)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        (_channels, Epsilon, Momentum) = (channels, epsilon, momentum);
        if (affine)
        {
            Weight = Register("weight", new Parameter<T>(Tensor<T>.Full([channels], T.One)));
            Bias = Register("bias", new Parameter<T>(Tensor<T>.Zeros([channels])));
        }

        RunningMean = RegisterBuffer("running_mean", Tensor<T>.Zeros([channels]));
        RunningVariance = RegisterBuffer("running_var", Tensor<T>.Full([channels], T.One));

        // Files of PyTorch before 0.4 have no count.
        Batches = RegisterBuffer("num_batches_tracked", Tensor<T>.Zeros([]), optional: true);
    }

    /// <summary>gamma, [C], or null.</summary>
    public Parameter<T>? Weight { get; }

    /// <summary>beta, [C], or null.</summary>
    public Parameter<T>? Bias { get; }

    /// <summary>The running means, [C].</summary>
    public Tensor<T> RunningMean { get; }

    /// <summary>The running variances, [C].</summary>
    public Tensor<T> RunningVariance { get; }

    /// <summary>The number of batches seen in training, of shape [].</summary>
    public Tensor<T> Batches { get; }

    /// <summary>How much of a batch goes into the running numbers; null for the average over all batches.</summary>
    public double? Momentum { get; }

    /// <summary>ε, which is added to variances.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{_channels}", ("epsilon", Epsilon, 1e-5), ("momentum", Momentum, 0.1), ("affine", Weight is not null, true));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input of another form, or, while training, one value for each channel: it has no variance.</exception>
    public override Variable<T> Forward(Variable<T> x)
    {
        if (!Takes(x.Shape.Rank) || x.Shape[^1] != _channels)
            throw new ArgumentException($"{GetType().Name.Split('`')[0]} over {_channels} channels takes an input {Form}, C being {_channels}, not {x.Shape}.", nameof(x));
        if (!IsTraining)
            return Normalise(x);
        int rows = x.Shape.Length / _channels;
        if (rows < 2)
            throw new ArgumentException($"Batch normalisation while training needs two values of each channel at least; an input of shape {x.Shape} has {rows}.", nameof(x));
        Track(x.Value.Span, rows);

        // Groups of one channel, the rows being positions of one sample.
        var gamma = Weight ?? new Variable<T>(Tensor<T>.Full([_channels], T.One));
        var beta = Bias ?? new Variable<T>(Tensor<T>.Zeros([_channels]));
        return x.Reshape([1, rows, _channels]).GroupNorm(_channels, gamma, beta, Epsilon).Reshape(x.Shape);
    }

    /// <summary>The inputs, for messages.</summary>
    protected abstract string Form { get; }

    /// <summary>Whether the layer takes inputs of so many dimensions.</summary>
    protected abstract bool Takes(int rank);

    // (x - mean) / √(variance + ε)·gamma + beta with the running numbers.
    private Variable<T> Normalise(Variable<T> x)
    {
        var rstd = Tensor<T>.Uninitialized([_channels]);
        TensorPrimitives.Add(RunningVariance.Span, T.CreateTruncating(Epsilon), rstd.Span);
        TensorPrimitives.ReciprocalSqrt<T>(rstd.Span, rstd.Span);
        var y = (x - RunningMean) * rstd;
        if (Weight is not null)
            y *= Weight;
        return Bias is null ? y : y + Bias;
    }

    // The mean and the sum of squared deviations in double: thousands of rows are added one after another.
    private void Track(ReadOnlySpan<T> x, int rows)
    {
        double[] mean = new double[_channels], squares = new double[_channels], row = new double[_channels];
        for (int i = 0; i < rows; i++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(x.Slice(i * _channels, _channels), row);
            TensorPrimitives.Add<double>(mean, row, mean);
        }

        TensorPrimitives.Divide(mean, (double)rows, mean);
        for (int i = 0; i < rows; i++)
        {
            TensorPrimitives.ConvertTruncating<T, double>(x.Slice(i * _channels, _channels), row);
            TensorPrimitives.Subtract<double>(row, mean, row);
            TensorPrimitives.MultiplyAdd<double>(row, row, squares, squares);
        }

        T batches = Batches.Span[0] + T.One;
        double share = Momentum ?? (1 / double.CreateChecked(batches));
        Batches.CopyFrom(Tensor<T>.Scalar(batches));
        RunningMean.CopyFrom(Tensor<T>.From([_channels], Mixed(RunningMean.Span, mean, 1)));
        RunningVariance.CopyFrom(Tensor<T>.From([_channels], Mixed(RunningVariance.Span, squares, 1.0 / (rows - 1))));

        T[] Mixed(ReadOnlySpan<T> running, double[] batch, double scale)
        {
            var mixed = new T[_channels];
            for (int c = 0; c < _channels; c++)
                mixed[c] = T.CreateTruncating(((1 - share) * double.CreateChecked(running[c])) + (share * scale * batch[c]));
            return mixed;
        }
    }
}

/// <summary>Batch normalisation of [N, C] or [N, L, C]; see <see cref="BatchNorm{T}"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="channels">C.</param>
/// <param name="epsilon">What is added to variances.</param>
/// <param name="momentum">How much of a batch goes into the running numbers; null for the average over all batches.</param>
/// <param name="affine">Whether there are gamma and beta.</param>
public sealed class BatchNorm1d<T>(int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true) : BatchNorm<T>(channels, epsilon, momentum, affine)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override string Form => "[N, C] or [N, L, C]";

    /// <inheritdoc/>
    protected override bool Takes(int rank) => rank is 2 or 3;

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new BatchNorm1d<TOther>(RunningMean.Length, Epsilon, Momentum, Weight is not null);
}

/// <summary>Batch normalisation of [N, H, W, C]; see <see cref="BatchNorm{T}"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="channels">C.</param>
/// <param name="epsilon">What is added to variances.</param>
/// <param name="momentum">How much of a batch goes into the running numbers; null for the average over all batches.</param>
/// <param name="affine">Whether there are gamma and beta.</param>
public sealed class BatchNorm2d<T>(int channels, double epsilon = 1e-5, double? momentum = 0.1, bool affine = true) : BatchNorm<T>(channels, epsilon, momentum, affine)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override string Form => "[N, H, W, C]";

    /// <inheritdoc/>
    protected override bool Takes(int rank) => rank == 4;

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new BatchNorm2d<TOther>(RunningMean.Length, Epsilon, Momentum, Weight is not null);
}

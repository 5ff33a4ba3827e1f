using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>What a denoiser says of a state x_t = g·x_0 + S·eps: the data x_0 and the noise eps, whichever of them or of other quantities its network predicts.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Prediction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> _x0, _noise;
    private NoiseLevel[] _levels = [];
    private Tensor<T>? _fraction;
    private Exception? _x0Missing, _noiseMissing;

    /// <summary>Memory for the prediction of a state.</summary>
    /// <param name="shape">The shape of the state, [N, ...].</param>
    public Prediction(Shape shape)
    {
        Shape = shape;
        (_x0, _noise) = (Tensor<T>.Uninitialized(shape), Tensor<T>.Uninitialized(shape));
        Parameterisation = Parameterisation.Epsilon;
    }

    /// <summary>The shape of the state.</summary>
    public Shape Shape { get; }

    /// <summary>What the network predicted from which the rest follows: the quantity that rescaling acts on.</summary>
    public Parameterisation Parameterisation { get; private set; }

    /// <summary>The levels of the samples: one for all, or one for each.</summary>
    public ReadOnlySpan<NoiseLevel> Levels => _levels;

    /// <summary>The predicted data x_0.</summary>
    /// <exception cref="InvalidOperationException">What the network predicted does not tell them at this level, such as the noise where there is nothing else.</exception>
    public Tensor<T> X0 => _x0Missing is null ? _x0 : throw _x0Missing;

    /// <summary>The predicted noise eps.</summary>
    /// <exception cref="InvalidOperationException">What the network predicted does not tell it at this level, such as x_0 where there is nothing else.</exception>
    public Tensor<T> Noise => _noiseMissing is null ? _noise : throw _noiseMissing;

    /// <summary>Whether <see cref="X0"/> can be read.</summary>
    public bool TellsX0 => _x0Missing is null;

    /// <summary>Whether <see cref="Noise"/> can be read.</summary>
    public bool TellsNoise => _noiseMissing is null;

    /// <summary>Whether <see cref="VarianceFraction"/> can be read.</summary>
    public bool TellsVariance { get; private set; }

    /// <summary>Memory of the state's shape in which a denoiser may compute its quantity before it calls <see cref="Fill"/> with it.</summary>
    public Tensor<T> Memory => _noise;

    /// <summary>The same for the variance, before <see cref="FillVariance"/>.</summary>
    public Tensor<T> VarianceMemory => _fraction ??= Tensor<T>.Uninitialized(Shape);

    /// <summary>f in ln v = f ln beta + (1 - f) ln beta~, the variance of a reverse step for each number (Improved DDPM, arXiv:2102.09672, eq. 15).</summary>
    /// <exception cref="InvalidOperationException">The network has not learned a variance.</exception>
    public Tensor<T> VarianceFraction => TellsVariance ? _fraction!
        : throw new InvalidOperationException("The denoiser gives no variance; the learned variance needs a network that was trained to give it.");

    /// <summary>Takes what a network predicted.</summary>
    /// <param name="parameterisation">What it is.</param>
    /// <param name="levels">The levels of the samples: one for all, or one for each.</param>
    /// <param name="xt">The state, of the shape of this prediction.</param>
    /// <param name="output">The quantity, of the same shape: read only, or <see cref="Memory"/>.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, or neither 1 nor N levels.</exception>
    public void Fill(Parameterisation parameterisation, ReadOnlySpan<NoiseLevel> levels, Tensor<T> xt, Tensor<T> output)
    {
        if (xt.Shape != Shape || (levels.Length != 1 && levels.Length != Shape[0]))
            throw new ArgumentException($"The prediction of {Shape} was given a state of {xt.Shape} and {levels.Length} levels; accepted are one level for all samples or one for each.", nameof(xt));
        if (_levels.Length != levels.Length)
            _levels = new NoiseLevel[levels.Length];
        levels.CopyTo(_levels);
        Parameterisation = parameterisation;
        TellsVariance = false;
        Set(parameterisation, xt, output);
    }

    /// <summary>Replaces both members by what follows from a quantity at the levels that are there, such as clamped data or guided noise; the network's own quantity stays named.</summary>
    /// <param name="quantity">What is given.</param>
    /// <param name="xt">The state.</param>
    /// <param name="value">The quantity, which may be <see cref="X0"/> or <see cref="Noise"/> itself.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public void Set(Parameterisation quantity, Tensor<T> xt, Tensor<T> value)
    {
        if (xt.Shape != Shape || value.Shape != Shape)
            throw new ArgumentException($"The prediction of {Shape} was given a state of {xt.Shape} and a quantity of {value.Shape}; all must have one shape.", nameof(value));
        (_x0Missing, _noiseMissing) = (null, null);
        foreach (var level in _levels)
        {
            if (!quantity.TellsX0(level))
                _x0Missing ??= quantity.Undetermined("x_0", level);
            if (!quantity.TellsNoise(level))
                _noiseMissing ??= quantity.Undetermined("the noise", level);
        }

        // The one that the value's memory may be comes last.
        if (ReferenceEquals(value, _x0))
        {
            Derive(_noise, _noiseMissing, xt, value, quantity.NoiseFactors);
            Derive(_x0, _x0Missing, xt, value, quantity.X0Factors);
        }
        else
        {
            Derive(_x0, _x0Missing, xt, value, quantity.X0Factors);
            Derive(_noise, _noiseMissing, xt, value, quantity.NoiseFactors);
        }
    }

    /// <summary>Takes the variance that a network predicted beside its quantity, after <see cref="Fill"/>.</summary>
    /// <param name="fraction">f, of the shape of the state; it is copied.</param>
    public void FillVariance(Tensor<T> fraction)
    {
        if (!ReferenceEquals(fraction, _fraction))
            VarianceMemory.CopyFrom(fraction);
        TellsVariance = true;
    }

    /// <summary>Any quantity of this prediction, q = a·x_0 + b·eps.</summary>
    /// <param name="quantity">Which.</param>
    /// <param name="destination">Receives it; of the shape of the state.</param>
    /// <exception cref="InvalidOperationException">A member that it needs is not told at this level.</exception>
    public void Get(Parameterisation quantity, Tensor<T> destination)
    {
        if (quantity.Equals(Parameterisation.Epsilon))
            destination.CopyFrom(Noise);
        else if (quantity.Equals(Parameterisation.X0))
            destination.CopyFrom(X0);
        else
            LevelRows.Combine(_levels, X0, Noise, destination, quantity.At);
    }

    /// <summary>Both members of this = own·this + others·other, such as guidance wants it; the factors add up to 1, so that they still belong to the same state.</summary>
    /// <param name="own">The factor of this prediction.</param>
    /// <param name="others">The factor of the other one.</param>
    /// <param name="other">A prediction of the same state.</param>
    public void Mix(double own, double others, Prediction<T> other) => Mix(own, others, other, 0, Shape[0]);

    /// <summary>The same for the samples [from, to) alone.</summary>
    /// <inheritdoc cref="Mix(double, double, Prediction{T})"/>
    public void Mix(double own, double others, Prediction<T> other, int from, int to)
    {
        (_x0Missing, _noiseMissing) = (_x0Missing ?? other._x0Missing, _noiseMissing ?? other._noiseMissing);
        if (_x0Missing is null)
            Mix(own, others, _x0, other._x0, from, to);
        if (_noiseMissing is null)
            Mix(own, others, _noise, other._noise, from, to);
    }

    /// <summary>Forgets what was told, before it is put together from parts by <see cref="CopyRows"/>.</summary>
    public void Clear() => (_levels, _x0Missing, _noiseMissing, TellsVariance) = ([], null, null, true);

    /// <summary>The samples [from, from + M) become M of another prediction. What one part does not tell, the whole does not.</summary>
    /// <param name="from">The first sample.</param>
    /// <param name="part">The other prediction, of part of the same state.</param>
    /// <param name="partFrom">Its first sample that counts.</param>
    /// <param name="count">M.</param>
    public void CopyRows(int from, Prediction<T> part, int partFrom, int count)
    {
        int to = from + count, partTo = partFrom + count;
        _x0.Rows(from, to).CopyFrom(part._x0.Rows(partFrom, partTo));
        _noise.Rows(from, to).CopyFrom(part._noise.Rows(partFrom, partTo));
        if (_levels.Length != Shape[0])
        {
            var levels = new NoiseLevel[Shape[0]];
            levels.AsSpan().Fill(_levels.Length == 1 ? _levels[0] : default);
            _levels = levels;
        }

        for (int i = 0; i < count; i++)
            _levels[from + i] = part._levels[part._levels.Length == 1 ? 0 : partFrom + i];
        (_x0Missing, _noiseMissing) = (_x0Missing ?? part._x0Missing, _noiseMissing ?? part._noiseMissing);
        Parameterisation = part.Parameterisation;
        TellsVariance &= part.TellsVariance;
        if (TellsVariance)
            VarianceMemory.Rows(from, to).CopyFrom(part._fraction!.Rows(partFrom, partTo));
    }

    private static void Mix(double own, double others, Tensor<T> x, Tensor<T> y, int from, int to)
    {
        var mine = x.Rows(from, to).Span;
        Fused.Combine(T.CreateTruncating(own), mine, T.CreateTruncating(others), y.Rows(from, to).Span, mine);
    }

    // A member that is the quantity itself is copied, or left where it is.
    private void Derive(Tensor<T> member, Exception? missing, Tensor<T> xt, Tensor<T> value, Func<NoiseLevel, (double OfX, double OfQ)> factors)
    {
        if (missing is not null)
            return;
        int length = LevelRows.PerLevel(_levels, member);
        for (int i = 0; i < _levels.Length; i++)
        {
            var (ofX, ofQ) = factors(_levels[i]);
            Span<T> from = value.Span.Slice(i * length, length), to = member.Span.Slice(i * length, length);
            if (ofX != 0 || ofQ != 1)
                Fused.Combine(T.CreateTruncating(ofX), xt.Span.Slice(i * length, length), T.CreateTruncating(ofQ), from, to);
            else if (from != to)
                from.CopyTo(to);
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Standard normal or uniform floats, eight blocks of Philox at a time: the vectors of <see cref="RandomKernels.Normal"/> and
/// <see cref="RandomKernels.Uniform"/>.
/// </summary>
/// <remarks>
/// The random words are the same as in the scalar version; uniform numbers too, and normal ones to a few units in the last place.
/// Vectors have 256 bits with AVX-512 too: the products of 32-bit words are one instruction there, and one width is enough.
/// </remarks>
internal unsafe struct PhiloxKernel : IKernel<float>
{
    private const int Lanes = 8, BlocksPerTask = 1024;

    private RandomStream _stream;
    private float* _destination;
    private int _perSample, _blocksPerSample, _firstSample, _blocks;
    private bool _uniform;

    /// <summary>Fills samples of <paramref name="perSample"/> numbers each.</summary>
    public static void Fill(in RandomStream stream, Span<float> destination, int perSample, int firstSample, bool uniform)
    {
        int blocksPerSample = (perSample + 3) / 4;
        fixed (float* pointer = destination)
        {
            var kernel = new PhiloxKernel
            {
                _stream = stream,
                _destination = pointer,
                _perSample = perSample,
                _blocksPerSample = blocksPerSample,
                _firstSample = firstSample,
                _blocks = destination.Length / perSample * blocksPerSample,
                _uniform = uniform,
            };
            Workers.Run<PhiloxKernel, float>(kernel, (kernel._blocks + BlocksPerTask - 1) / BlocksPerTask);
        }
    }

    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, float>
    {
        uint* blocks = stackalloc uint[Lanes], samples = stackalloc uint[Lanes];
        float* numbers = stackalloc float[4 * Lanes];
        int to = Math.Min(_blocks, (task + 1) * BlocksPerTask);
        int sample = task * BlocksPerTask / _blocksPerSample, block = task * BlocksPerTask % _blocksPerSample;
        for (int at = task * BlocksPerTask; at < to; at += Lanes)
        {
            bool isWhole = Avx.IsSupported && at + Lanes <= to;

            // All blocks but the last of a sample have four numbers, so those within a sample lie behind each other.
            if (isWhole && block + Lanes < _blocksPerSample)
            {
                var (a, b, c, d) = Generate(Vector256.Create((uint)block) + Vector256<uint>.Indices, Vector256.Create((uint)(_firstSample + sample)));
                StoreInTurn(a, b, c, d, _destination + ((nint)sample * _perSample) + (4 * block));
                block += Lanes;
                continue;
            }

            // Small samples, such as points in the plane: the first numbers of a block each.
            if (isWhole && _perSample <= 2)
            {
                var (a, b, _, _) = Generate(Vector256<uint>.Zero, Vector256.Create((uint)(_firstSample + at)) + Vector256<uint>.Indices);
                if (_perSample == 1)
                    a.Store(_destination + at);
                else
                    StoreInTurn(a, b, _destination + (2 * (nint)at));
                sample += Lanes;
                continue;
            }

            int firstSample = sample, firstBlock = block;
            for (int lane = 0; lane < Lanes; lane++)
            {
                blocks[lane] = (uint)block;
                samples[lane] = (uint)(_firstSample + sample);
                if (++block == _blocksPerSample)
                    (sample, block) = (sample + 1, 0);
            }

            var (x, y, z, w) = Generate(Vector256.Load(blocks), Vector256.Load(samples));
            x.Store(numbers);
            y.Store(numbers + Lanes);
            z.Store(numbers + (2 * Lanes));
            w.Store(numbers + (3 * Lanes));
            Scatter(numbers, firstSample, firstBlock, Math.Min(Lanes, to - at));
        }
    }

    // Lane after lane: a0, b0, a1, b1, ...
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreInTurn(Vector256<float> a, Vector256<float> b, float* target)
    {
        Vector256<float> low = Avx.UnpackLow(a, b), high = Avx.UnpackHigh(a, b);
        Vector256.Create(low.GetLower(), high.GetLower()).Store(target);
        Vector256.Create(low.GetUpper(), high.GetUpper()).Store(target + Lanes);
    }

    // Lane after lane: a0, b0, c0, d0, a1, b1, ...
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreInTurn(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* target)
    {
        Vector256<double> ab = Avx.UnpackLow(a, b).AsDouble(), cd = Avx.UnpackLow(c, d).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        Vector256<float> of04 = Avx.UnpackLow(ab, cd).AsSingle(), of15 = Avx.UnpackHigh(ab, cd).AsSingle();
        Vector256<float> of26 = Avx.UnpackLow(abHigh, cdHigh).AsSingle(), of37 = Avx.UnpackHigh(abHigh, cdHigh).AsSingle();
        Vector256.Create(of04.GetLower(), of15.GetLower()).Store(target);
        Vector256.Create(of26.GetLower(), of37.GetLower()).Store(target + 8);
        Vector256.Create(of04.GetUpper(), of15.GetUpper()).Store(target + 16);
        Vector256.Create(of26.GetUpper(), of37.GetUpper()).Store(target + 24);
    }

    // Four numbers for each block, of which the last block of a sample may need fewer.
    private readonly void Scatter(float* numbers, int sample, int block, int lanes)
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            int used = Math.Min(4, _perSample - (4 * block));
            float* target = _destination + ((nint)sample * _perSample) + (4 * block);
            for (int i = 0; i < used; i++)
                target[i] = numbers[(i * Lanes) + lane];
            if (++block == _blocksPerSample)
                (sample, block) = (sample + 1, 0);
        }
    }

    private readonly (Vector256<float> First, Vector256<float> Second, Vector256<float> Third, Vector256<float> Fourth) Generate(Vector256<uint> block, Vector256<uint> sample)
    {
        var (x0, x1, x2, x3) = Philox8(block, sample, _stream.Counter2, _stream.Counter3, _stream.Key0, _stream.Key1);
        if (_uniform)
            return (Unit(x0), Unit(x1), Unit(x2), Unit(x3));
        var (first, second) = BoxMuller(x0, x1);
        if (_perSample <= 2)
            return (first, second, default, default);
        var (third, fourth) = BoxMuller(x2, x3);
        return (first, second, third, fourth);
    }

    // The upper 24 bits as a number in [0, 1), exactly.
    private static Vector256<float> Unit(Vector256<uint> word) => Vector256.ConvertToSingle((word >>> 8).AsInt32()) * Vector256.Create(1f / 16777216);

    // Eight counters at once. A product of two 32-bit words needs 64 bits, so even and odd lanes are multiplied apart.
    private static (Vector256<uint> X0, Vector256<uint> X1, Vector256<uint> X2, Vector256<uint> X3) Philox8(
        Vector256<uint> c0, Vector256<uint> c1, uint counter2, uint counter3, uint key0, uint key1)
    {
        Vector256<uint> c2 = Vector256.Create(counter2), c3 = Vector256.Create(counter3);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            var (high0, low0) = MultiplyWide(c0, Philox.Multiplier0);
            var (high1, low1) = MultiplyWide(c2, Philox.Multiplier1);
            (c0, c1, c2, c3) = (high1 ^ c1 ^ Vector256.Create(key0), low1, high0 ^ c3 ^ Vector256.Create(key1), low0);
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<uint> High, Vector256<uint> Low) MultiplyWide(Vector256<uint> x, uint multiplier)
    {
        var lowHalf = Vector256.Create(0xFFFFFFFFUL);
        var even = MultiplyEven(x, multiplier);
        var odd = MultiplyEven((x.AsUInt64() >>> 32).AsUInt32(), multiplier);
        var high = (even >>> 32) | (odd & ~lowHalf);
        var low = (even & lowHalf) | (odd << 32);
        return (high.AsUInt32(), low.AsUInt32());
    }

    // The words of even number, 32 bits times 32 bits: one instruction of AVX2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyEven(Vector256<uint> x, uint multiplier) => Avx2.IsSupported
        ? Avx2.Multiply(x, Vector256.Create(multiplier))
        : (x.AsUInt64() & Vector256.Create(0xFFFFFFFFUL)) * Vector256.Create((ulong)multiplier);

    // (-2 ln u)^(1/2) (cos, sin)(2 pi v) with u = (word0 + 1/2) / 2^32 and v = word1 / 2^32.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second) BoxMuller(Vector256<uint> word0, Vector256<uint> word1)
    {
        var radius = Vector256.Sqrt(Vector256.Create(-2f) * LogUnit(word0));
        var (sin, cos) = SinCosTurns(word1);
        return (radius * cos, radius * sin);
    }

    /// <summary>ln((word + 1/2) / 2^32). Above √½ the distance from 1 is taken from the word itself, so that no digits are lost there.</summary>
    private static Vector256<float> LogUnit(Vector256<uint> word)
    {
        var one = Vector256.Create(1f);

        // u = 2^e·m with m in [√½, √2); ln u = e ln 2 + ln m.
        var scaled = Vector256.ConvertToSingle(word) + Vector256.Create(0.5f);
        var bits = scaled.AsInt32() - Vector256.Create(0x3F3504F3);
        var exponent = Vector256.ConvertToSingle(bits >> 23) - Vector256.Create(32f);
        var mantissa = ((bits & Vector256.Create(0x007FFFFF)) + Vector256.Create(0x3F3504F3)).AsSingle();
        var r = mantissa - one;

        var nearOne = Vector256.GreaterThan(word, Vector256.Create(0xB504F333u));
        var fromOne = (Vector256.ConvertToSingle(~word) + Vector256.Create(0.5f)) * Vector256.Create(-2.3283064365386963e-10f);
        r = Vector256.ConditionalSelect(nearOne.AsSingle(), fromOne, r);
        exponent = Vector256.ConditionalSelect(nearOne.AsSingle(), Vector256<float>.Zero, exponent);

        // ln(1 + r) = r - r²/2 + r³·p(r), p from the Cephes library (Moshier): error 6e-9 on [√½ - 1, √2 - 1].
        var p = Vector256.Create(7.0376836292e-2f);
        p = Fma(p, r, -1.1514610310e-1f);
        p = Fma(p, r, 1.1676998740e-1f);
        p = Fma(p, r, -1.2420140846e-1f);
        p = Fma(p, r, 1.4249322787e-1f);
        p = Fma(p, r, -1.6668057665e-1f);
        p = Fma(p, r, 2.0000714765e-1f);
        p = Fma(p, r, -2.4999993993e-1f);
        p = Fma(p, r, 3.3333331174e-1f);
        var square = r * r;
        var log = Vector256.FusedMultiplyAdd(p, square * r, Vector256.FusedMultiplyAdd(square, Vector256.Create(-0.5f), r));
        return Vector256.FusedMultiplyAdd(exponent, Vector256.Create(0.6931471805599453f), log);
    }

    /// <summary>sin and cos of 2π·word/2^32. The nearest quarter turn is taken off the word, so the rest is exact and at most π/4.</summary>
    private static (Vector256<float> Sin, Vector256<float> Cos) SinCosTurns(Vector256<uint> word)
    {
        var quarter = (word + Vector256.Create(1u << 29)) >>> 30;
        var rest = (word - (quarter << 30)).AsInt32();
        var x = Vector256.ConvertToSingle(rest) * Vector256.Create((float)(2 * Math.PI / 4294967296.0));
        var square = x * x;

        // Taylor's series as the Cephes library fits them on [-π/4, π/4]: errors below 1e-7.
        var s = Fma(Fma(Vector256.Create(-1.9515295891e-4f), square, 8.3321608736e-3f), square, -1.6666654611e-1f);
        var sin = Vector256.FusedMultiplyAdd(s * square, x, x);
        var c = Fma(Fma(Vector256.Create(2.443315711809948e-5f), square, -1.388731625493765e-3f), square, 4.166664568298827e-2f);
        var cos = Vector256.FusedMultiplyAdd(c * square, square, Vector256.FusedMultiplyAdd(square, Vector256.Create(-0.5f), Vector256.Create(1f)));

        // Quarter turns 1 and 3 exchange the two; sin changes its sign in 2 and 3, cos in 1 and 2.
        var odd = Vector256.Equals(quarter & Vector256.Create(1u), Vector256.Create(1u)).AsSingle();
        var signSin = (quarter & Vector256.Create(2u)) << 30;
        var signCos = ((quarter + Vector256.Create(1u)) & Vector256.Create(2u)) << 30;
        return ((Vector256.ConditionalSelect(odd, cos, sin).AsUInt32() ^ signSin).AsSingle(), (Vector256.ConditionalSelect(odd, sin, cos).AsUInt32() ^ signCos).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, float c) => Vector256.FusedMultiplyAdd(a, b, Vector256.Create(c));
}

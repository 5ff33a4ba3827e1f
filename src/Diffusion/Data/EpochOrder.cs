using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Which samples of a set make the batch of a step: one epoch after another, each sample once per epoch, in an order of the
/// epoch's own. It depends on the seed, the step and the size of the batch alone.
/// </summary>
internal sealed class EpochOrder(int count)
{
    private (ulong Seed, long Epoch) _drawn = (0, -1);
    private int[] _order = [];

    /// <summary>The batch of one step, as indices into the set.</summary>
    public void Indices(Span<int> indices, StepRandom random)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            var (epoch, place) = Math.DivRem((random.Step * indices.Length) + i, (long)count);
            if (_drawn != (random.Seed, epoch))
            {
                _order = new RandomSource(random.Seed).For(Purpose.Data).At(epoch).Permutation(count);
                _drawn = (random.Seed, epoch);
            }

            indices[i] = _order[place];
        }
    }
}

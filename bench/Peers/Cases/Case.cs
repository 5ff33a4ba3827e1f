namespace Diffusion.Peers.Cases;

/// <summary>One thing that both libraries do. Its name is stable: results of different days are compared by it.</summary>
/// <param name="Name">Lower case with dashes.</param>
/// <param name="Description">What is done, with sizes, in a few words.</param>
/// <param name="Open">Makes the inputs. Nothing of libtorch is touched before <see cref="Work.Libtorch"/> or <see cref="Work.Check"/> is used.</param>
/// <param name="IsModel">Whether the peak memory of either side is measured too.</param>
internal sealed record Case(string Name, string Description, Func<Work> Open, bool IsModel = false);

/// <summary>One way in which libtorch can do the work.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Preallocated">Whether the outputs are in memory that is used again.</param>
/// <param name="Run">Does the work once.</param>
/// <param name="IsRewritten">
/// Whether it computes the same numbers by a different network, written for the purpose of being faster: its time is
/// reported, but does not count as the network's.
/// </param>
internal sealed record Variant(string Name, bool Preallocated, Action Run, bool IsRewritten = false);

/// <summary>A case with its inputs in memory, for both sides.</summary>
internal abstract class Work : IDisposable
{
    private IReadOnlyList<Variant>? _libtorch;

    /// <summary>Whether our outputs are in memory that is used again.</summary>
    public virtual bool OursPreallocated => true;

    /// <summary>ONNX Runtime's way, where the case has one: it is timed in turn with the others, and has no part in the ratio.</summary>
    public virtual Action? Onnx => null;

    /// <summary>Libtorch's ways; the fastest counts.</summary>
    public IReadOnlyList<Variant> Libtorch => _libtorch ??= MakeLibtorch();

    /// <summary>Does our work once.</summary>
    public abstract void Ours();

    /// <summary>Does the work on both sides, every variant, and compares the numbers.</summary>
    public abstract Comparison Check();

    public virtual void Dispose()
    {
    }

    protected abstract IReadOnlyList<Variant> MakeLibtorch();
}

using System.Numerics;

namespace Diffusion.Autograd;

public sealed partial class Tape<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Of this thread: tapes that run, the innermost last; tapes that have ended, with their memory; open NoGradient scopes.
    [ThreadStatic]
    private static List<Tape<T>>? t_running;

    [ThreadStatic]
    private static Stack<Tape<T>>? t_idle;

    [ThreadStatic]
    private static int t_gradientsOff;

    /// <summary>The innermost tape that runs on this thread, or null.</summary>
    internal static Tape<T>? Running
    {
        get
        {
            var running = t_running;
            if (running is null)
                return null;

            // What another thread ended by mistake is still in the list.
            while (running.Count > 0 && !running[^1]._running)
                running.RemoveAt(running.Count - 1);
            return running.Count > 0 ? running[^1] : null;
        }
    }

    internal static bool GradientsAreOff => t_gradientsOff > 0;

    /// <summary>Starts a tape that records.</summary>
    public static Tape<T> Start() => Start(records: true);

    /// <summary>Starts a tape that records nothing: inference with memory that is used again. Inside it nothing is recorded on any tape.</summary>
    public static Tape<T> StartInference() => Start(records: false);

    /// <summary>
    /// Starts a tape that lists every operation, those of constants and frozen parameters too, for who wants to know what was computed and
    /// from what (docs/onnx.md). There is no backward pass of it.
    /// </summary>
    /// <remarks>While it is the innermost tape of the thread, <see cref="NoGradient"/> does not hide operations from it.</remarks>
    public static Tape<T> StartTrace()
    {
        var tape = Start(records: true);
        tape.IsTrace = true;
        return tape;
    }

    /// <summary>
    /// Until it is disposed, nothing is recorded on this thread: results are constants on the tape that runs, in its memory.
    /// </summary>
    /// <remarks>PyTorch's <c>torch.no_grad()</c>. An inference tape does the same and takes its memory back at its end.</remarks>
    public static IDisposable NoGradient() => new NoGradientScope();

    /// <summary>Lets go the memory that ended tapes of this thread have kept for the next.</summary>
    public static void Trim() => t_idle = null;

    private static Tape<T> Start(bool records)
    {
        var tape = t_idle is { Count: > 0 } idle ? idle.Pop() : new Tape<T>();
        tape._running = true;
        tape._thread = Environment.CurrentManagedThreadId;
        (tape.Records, tape.IsTrace) = (records, false);
        (t_running ??= []).Add(tape);
        return tape;
    }

    private static void Retire(Tape<T> tape)
    {
        _ = t_running!.Remove(tape);
        (t_idle ??= new()).Push(tape);
    }

    private sealed class NoGradientScope : IDisposable
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private bool _ended;

        public NoGradientScope() => t_gradientsOff++;

        public void Dispose()
        {
            if (_ended)
                return;
            if (_thread != Environment.CurrentManagedThreadId)
                throw new InvalidOperationException($"NoGradient was begun on thread {_thread} and is ended on thread {Environment.CurrentManagedThreadId}: let no await stand in between.");
            _ended = true;
            t_gradientsOff--;
        }
    }
}

using Diffusion.Data;
using Diffusion.Training;

namespace Diffusion.Terminal;

/// <summary>Tells the user what goes on.</summary>
public interface IReporter
{
    /// <summary>Runs a training and shows its progress.</summary>
    /// <param name="title">What is trained.</param>
    /// <param name="steps">The number of steps of the whole run.</param>
    /// <param name="train">Trains, and calls what it is given after each step.</param>
    /// <param name="imagesPerStep">Tells the speed in images per second; 0 in steps.</param>
    void Training(string title, int steps, Action<Action<TrainingProgress>> train, int imagesPerStep = 0);

    /// <summary>Runs work that trains and makes progress on several threads at once, and shows all of it.</summary>
    void Together(Action work);

    /// <summary>Runs work of a known number of parts and shows its progress.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="parts">The number of parts.</param>
    /// <param name="work">Works, and calls what it is given with the number of parts done.</param>
    void Progress(string title, int parts, Action<Action<int>> work);

    /// <summary>Runs what may download files, and shows how far it is.</summary>
    TResult Download<TResult>(Func<IProgress<DownloadProgress>, TResult> load);

    /// <summary>One line about what happens now or has happened.</summary>
    void Say(string line);

    /// <summary>A table.</summary>
    void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows);
}

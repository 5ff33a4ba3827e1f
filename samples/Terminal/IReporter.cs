using Diffusion.Training;

namespace Diffusion.Terminal;

/// <summary>Tells the user what goes on.</summary>
public interface IReporter
{
    /// <summary>Runs a training and shows its progress.</summary>
    void Training(string title, int steps, Action<Action<TrainingProgress>> train);

    /// <summary>One line about what happens now or has happened.</summary>
    void Say(string line);

    /// <summary>A table.</summary>
    void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows);
}

using System.Globalization;
using System.Text;
using Diffusion.Nn.Serialization;

namespace Diffusion.Terminal;

/// <summary>The loss of every step, and now and then the error against the exact noise predictor: history-T50.csv.</summary>
public sealed record TrainingHistory(IReadOnlyList<float> Losses, IReadOnlyList<(int Iteration, double NoiseRmse)> Errors)
{
    private const string Header = "iteration,loss,noise_rmse";

    /// <summary>The history as CSV.</summary>
    public string ToCsv()
    {
        var errors = Errors.ToDictionary(error => error.Iteration, error => error.NoiseRmse);
        var text = new StringBuilder(Header).Append('\n');
        for (int i = 0; i < Losses.Count; i++)
        {
            string error = errors.TryGetValue(i + 1, out double rmse) ? rmse.ToString("R", CultureInfo.InvariantCulture) : "";
            _ = text.Append(CultureInfo.InvariantCulture, $"{i + 1},{Losses[i]:R},{error}\n");
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="ToCsv"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file is no history.</exception>
    public static TrainingHistory Load(string path)
    {
        string text = File.ReadAllText(path);
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        if (lines[0] != Header)
            throw new InvalidDataException($"{path} is no training history: its first line must be '{Header}'.");
        if (lines[^1].Length > 0)
            throw new InvalidDataException($"{path}: line {lines.Length} is cut off: '{Excerpt.Of(lines[^1])}'; every line of a history ends in a line feed.");
        var losses = new List<float>();
        var errors = new List<(int, double)>();
        for (int i = 1; i < lines.Length - 1; i++)
        {
            string[] cells = lines[i].Split(',');
            double error = double.NaN;
            if (cells.Length != 3 || cells[0] != i.ToString(CultureInfo.InvariantCulture)
                || !float.TryParse(cells[1], CultureInfo.InvariantCulture, out float loss)
                || (cells[2].Length > 0 && !double.TryParse(cells[2], CultureInfo.InvariantCulture, out error)))
            {
                throw new InvalidDataException($"{path}: line {i + 1} is '{Excerpt.Of(lines[i])}'; accepted is '{i}', a loss, and an error or nothing, separated by commas.");
            }

            losses.Add(loss);
            if (cells[2].Length > 0)
                errors.Add((i, error));
        }

        return new TrainingHistory(losses, errors);
    }

    /// <summary>Reads the history of a training that has come to a step.</summary>
    /// <returns>What the file holds; nothing where there is none.</returns>
    /// <exception cref="InvalidDataException">The file is no history, or ends before that step.</exception>
    public static TrainingHistory LoadOf(string path, int steps)
    {
        if (!File.Exists(path))
            return new TrainingHistory([], []);
        var history = Load(path);
        return history.Losses.Count >= steps ? history
            : throw new InvalidDataException($"{path}: there are {history.Losses.Count} steps; the training took {steps}. The file is cut off: without it everything goes on, but for the curve of the training.");
    }
}

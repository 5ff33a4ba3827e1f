using System.Globalization;
using System.Text;

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
        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != Header)
            throw new InvalidDataException($"{path} is no training history: its first line must be '{Header}'.");
        var losses = new List<float>();
        var errors = new List<(int, double)>();
        foreach (string line in lines.Skip(1))
        {
            string[] cells = line.Split(',');
            if (cells.Length != 3 || !float.TryParse(cells[1], CultureInfo.InvariantCulture, out float loss))
                throw new InvalidDataException($"{path} has a line that is no step of a training: '{line}'.");
            losses.Add(loss);
            if (cells[2].Length > 0)
                errors.Add((losses.Count, double.Parse(cells[2], CultureInfo.InvariantCulture)));
        }

        return new TrainingHistory(losses, errors);
    }
}

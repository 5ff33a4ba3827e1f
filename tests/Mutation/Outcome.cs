using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Mutation;

/// <summary>What became of a fault.</summary>
internal enum Verdict
{
    /// <summary>A test failed, or did not end.</summary>
    Noticed,

    /// <summary>No test noticed, and it was argued that none need.</summary>
    Argued,

    /// <summary>No test noticed.</summary>
    Survived,

    /// <summary>The compiler refused it; another one is drawn.</summary>
    Refused,
}

/// <summary>A line of the file of results.</summary>
[method: JsonConstructor]
internal sealed record Outcome(string Id, bool Chosen, string File, int Line, string What, string Before, string After, Verdict Verdict, string By, double Seconds)
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() }, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The outcome of a fault.</summary>
    public Outcome(Mutant mutant, Verdict verdict, string by, double seconds)
        : this(mutant.Id, mutant.Chosen, mutant.File, mutant.Line, mutant.What, mutant.Before, mutant.After, verdict, by, Math.Round(seconds, 1))
    {
    }

    /// <summary>The same today: what survived may have been argued since.</summary>
    public Outcome Of(Mutant mutant) => Verdict == Verdict.Survived && mutant.Argument is { } why ? this with { Verdict = Verdict.Argued, By = why } : this;

    /// <summary>The results of a file, the last of each fault; none if there is no file. A last line that was cut off is no result.</summary>
    public static Dictionary<string, Outcome> Load(string path)
    {
        var outcomes = new Dictionary<string, Outcome>();
        foreach (string line in System.IO.File.Exists(path) ? System.IO.File.ReadLines(path) : [])
        {
            if (line.EndsWith('}') && JsonSerializer.Deserialize<Outcome>(line, Json) is { } outcome)
                outcomes[outcome.Id] = outcome;
        }

        return outcomes;
    }

    /// <summary>Adds it to a file.</summary>
    public void Append(string path) => System.IO.File.AppendAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>One line for a reader.</summary>
    public override string ToString() => $"{Verdict.ToString().ToLowerInvariant(),-8} {Seconds,5:0.0} s  {File}:{Line}  {What}  [{By}]";
}

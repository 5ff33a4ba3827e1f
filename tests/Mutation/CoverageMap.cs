using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.CodeAnalysis.Text;

namespace Diffusion.Mutation;

/// <summary>Which class of tests runs which member of src, and how long it takes: what tells the nearest tests of a fault.</summary>
internal sealed class CoverageMap
{
    // Classes that compute for longer are no near tests of anything; those that are run by choice alone are among them.
    private const double Longest = 100;

    private readonly string _root;
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, Marks> _marks;
    private readonly Dictionary<TestUnit, Measured> _units = [];

    /// <summary>The map of a file, or an empty one.</summary>
    public CoverageMap(string root, string path, IReadOnlyDictionary<string, Marks> marks)
    {
        (_root, _path, _marks) = (root, path, marks);
        if (!File.Exists(path))
            return;
        foreach (var stored in JsonSerializer.Deserialize<Stored[]>(File.ReadAllText(path))!)
            _units[stored.Unit] = stored.Measured;
    }

    /// <summary>Measures the classes that are not on the map yet, or whose file has changed, and those of libraries that have other members now.</summary>
    /// <param name="lanes">Where tests run.</param>
    /// <param name="marked">The libraries with marks, made when they are needed.</param>
    /// <param name="say">Takes a line for each class.</param>
    /// <param name="stop">Ends the run after the classes under way.</param>
    /// <exception cref="InvalidDataException">A class fails as it is.</exception>
    public void Complete(IReadOnlyList<Lane> lanes, Func<IReadOnlyDictionary<string, byte[]>> marked, Action<string> say, CancellationToken stop)
    {
        var present = (from project in TestUnit.Projects from tests in lanes[0].Classes(project) select (Unit: new TestUnit(project, tests.Class, ""), tests.Kernels))
            .ToDictionary(each => each.Unit, each => (Stamp: Stamp(each.Unit), each.Kernels));
        foreach (var unit in _units.Keys.Where(unit => !present.ContainsKey(unit)).ToArray())
            _units.Remove(unit);
        TestUnit[] missing = [.. present.Keys.Where(unit => _units.GetValueOrDefault(unit)?.Stamp != present[unit].Stamp)];
        if (missing.Length == 0)
            return;
        var libraries = marked();
        int next = -1, done = 0;
        Lane.Each(lanes, lane =>
        {
            string folder = Directory.CreateTempSubdirectory("marks").FullName;
            lane.Plant(libraries);
            for (int i; (i = Interlocked.Increment(ref next)) < missing.Length;)
            {
                stop.ThrowIfCancellationRequested();
                var unit = missing[i];
                foreach (string file in Directory.GetFiles(folder))
                    File.Delete(file);
                var result = lane.Run([unit], Longest, folder);
                bool used = !result.Noticed;
                if (!used && result.By is not (Lane.NoTest or Lane.TooLong))
                    throw new InvalidDataException($"{unit.Class} fails without a fault: {result.By}; {lane.Log} has what it says.");
                var measured = new Measured(present[unit].Stamp, present[unit].Kernels, used ? result.Seconds : -1, _marks.ToDictionary(each => each.Key, each => each.Value.Read(folder)));
                lock (_units)
                {
                    _units[unit] = measured;
                    Save();
                    say($"{++done}/{missing.Length} {unit.Class}: {measured.Seconds:0.0} s, {measured.Members.Values.Sum(members => members.Length)} members");
                }
            }

            lane.Restore();
            Directory.Delete(folder, recursive: true);
        });
    }

    /// <summary>
    /// The classes that run the member of a place, with the seconds that each takes, the nearest first: of which the most of all that they run is
    /// in the same file, for each second. Where none does, it may be for narrower vectors: then all that test kernels, with these.
    /// </summary>
    public IReadOnlyList<(TestUnit Unit, double Seconds)> Covering(string library, string file, TextSpan span)
    {
        int[] ofFile = [.. _marks[library].Of(file)];
        int[] members = _marks[library].At(file, span) is { } member ? [member] : ofFile;
        (TestUnit Unit, double Seconds)[] wide = [.. _units.Where(unit => unit.Value.Seconds >= 0 && unit.Value.Members[library].Intersect(members).Any())
            .OrderByDescending(unit => unit.Value.Members[library].Intersect(ofFile).Count() / (unit.Value.Seconds * unit.Value.Members.Values.Sum(all => all.Length)))
            .Select(unit => (unit.Key, unit.Value.Seconds))];
        return wide.Length > 0 || library != TestUnit.KernelLibrary ? wide
            : [.. TestUnit.Narrow.SelectMany(environment => _units.Where(unit => unit.Value.Kernels).Select(unit => (unit.Key with { Environment = environment }, unit.Value.Seconds)))];
    }

    // Changes with the files of the class and with the members of the libraries.
    private string Stamp(TestUnit unit)
    {
        string name = $"class {unit.Short}";
        string folder = Path.Combine(_root, "tests", unit.Project);
        string[] texts = [.. Sources.Of(_root, folder).Values.Where(text => text.Contains(name, StringComparison.Ordinal))];
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts) + string.Concat(_marks.Values.Select(marks => marks.Stamp)))))[..16];
    }

    private void Save()
    {
        File.WriteAllText(_path + ".new", JsonSerializer.Serialize(_units.Select(unit => new Stored(unit.Key, unit.Value))));
        File.Move(_path + ".new", _path, overwrite: true);
    }

    private sealed record Measured(string Stamp, bool Kernels, double Seconds, Dictionary<string, int[]> Members);

    private sealed record Stored(TestUnit Unit, Measured Measured);
}

using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Diffusion.Outside.Tests;
using NUnit.Framework;

namespace Diffusion.Packages.Tests;

/// <summary>The packages as a user takes them: what is in them, a new project that installs them, and a program compiled ahead of time.</summary>
[TestFixture]
[Explicit("Packs, restores and compiles for a minute or two; .ci/run has the command.")]
[Category("Packages")]
internal sealed partial class PackageTests : IDisposable
{
    private readonly PackageFeed _feed = new();

    [OneTimeTearDown]
    public void Dispose() => _feed.Dispose();

    [Test]
    public void There_are_these_packages_and_no_others() =>
        Assert.That(Directory.GetFiles(_feed.Packages).Select(Path.GetFileName), Is.EquivalentTo(PackageFeed.Ids.SelectMany(id => new[] { $"{id}.{_feed.Version}.nupkg", $"{id}.{_feed.Version}.snupkg" })));

    [TestCaseSource(typeof(PackageFeed), nameof(PackageFeed.Ids))]
    public void A_package_has_what_a_user_looks_for(string id)
    {
        using var package = ZipFile.OpenRead(_feed.FileOf(id));
        using var symbols = ZipFile.OpenRead(_feed.FileOf(id, ".snupkg"));
        var about = XDocument.Load(package.GetEntry(id + ".nuspec")!.Open());
        string Value(string name) => about.Descendants().Single(element => element.Name.LocalName == name).Value;
        string[] dependencies = [.. about.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => (string)element.Attribute("id")!)];
        string[] libraries = ["System.Numerics.Tensors", .. PackageFeed.Ids];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(package.Entries.Select(entry => entry.FullName), Is.SupersetOf(new[] { "README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }));
            Assert.That(symbols.Entries.Select(entry => entry.FullName), Does.Contain($"lib/net10.0/{id}.pdb"));
            Assert.That(Value("license"), Is.EqualTo("MIT"));
            Assert.That(Value("description"), Has.Length.GreaterThan(40));
            Assert.That(dependencies, Has.None.Contains("Analyzers"));
            Assert.That(dependencies, id == "Diffusion.Figures" ? Has.None.EqualTo("Diffusion") : Is.SubsetOf(libraries), "a library needs the libraries below it and System.Numerics.Tensors");
        }

        TestContext.Out.WriteLine($"{id}: {new FileInfo(_feed.FileOf(id)).Length / 1024} KiB");
    }

    [Test]
    public void Packing_again_gives_the_same_libraries()
    {
        using var again = new PackageFeed();
        foreach (string id in PackageFeed.Ids)
            Assert.That(Library(again, id), Is.EqualTo(Library(_feed, id)), id);
    }

    [Test]
    public void A_new_project_runs_the_tour()
    {
        string tour = File.ReadAllText(Path.Combine(Repository.Root, "samples", "GettingStarted", "Program.cs"));
        string folder = _feed.Project("tour", tour, "", "Diffusion", "Diffusion.Figures");
        string output = PackageFeed.Dotnet(folder, "run", "-c", "Release");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Does.Contain("d/dx sum(silu(x))").And.Contain("step 4000"));
            Assert.That(new FileInfo(Path.Combine(folder, "out", "getting-started", "moons.png")).Length, Is.GreaterThan(10_000));
        }
    }

    [Test]
    public void The_examples_of_the_packages_compile_and_run()
    {
        var examples = from readme in (string[])["src/Tensors", "src/Autograd", "src/Nn", "src/Diffusion", "samples/Figures"]
                       let text = File.ReadAllText(Path.Combine(Repository.Root, readme, "README.md"))
                       select Example().Match(text).Groups["code"].Value.Split('\n');
        var lines = examples.ToList();
        Assert.That(lines, Has.All.Length.GreaterThan(3));
        var usings = lines.SelectMany(code => code).Where(IsUsing).Distinct();
        var bodies = lines.Select(code => "{\n" + string.Join('\n', code.Where(line => !IsUsing(line))) + "\n}");
        string folder = _feed.Project("readmes", string.Join('\n', usings.Concat(bodies)), "", "Diffusion", "Diffusion.Figures");
        string output = PackageFeed.Dotnet(folder, "run", "-c", "Release");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Does.Contain("14").And.Contain("77"), "[1, 2, 3] and [4, 5, 6] by themselves");
            Assert.That(File.Exists(Path.Combine(folder, "points.png")));
        }

        static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal);
    }

    // Warnings of trimming and of ahead-of-time compilation are errors here.
    [Test]
    public void A_sampler_compiled_ahead_of_time_gives_the_same_points()
    {
        string program = File.ReadAllText(Path.Combine(Repository.Root, "samples", "NativeSampler", "Program.cs"));
        const string Properties = "<PublishAot>true</PublishAot><OptimizationPreference>Speed</OptimizationPreference><IlcInstructionSet>native</IlcInstructionSet><TrimmerSingleWarn>false</TrimmerSingleWarn><TreatWarningsAsErrors>true</TreatWarningsAsErrors>";
        string folder = _feed.Project("sampler", program, Properties, "Diffusion");
        try
        {
            _ = PackageFeed.Dotnet(folder, "publish", "-c", "Release", "-o", "native", "-v", "quiet");
        }
        catch (InvalidOperationException e) when (e.Message.Contains("Platform linker not found", StringComparison.Ordinal) || e.Message.Contains("NU1101", StringComparison.Ordinal))
        {
            Assert.Ignore("There is no linker, or no compiler for native code among the packages: " + e.Message.Split('\n').Last(line => line.Contains("error", StringComparison.Ordinal)));
        }

        // A model that has learned nothing samples as any other does.
        string model = Path.Combine(folder, "model-T5.safetensors"), native = Path.Combine(folder, "native", OperatingSystem.IsWindows() ? "sampler.exe" : "sampler");
        _ = PackageFeed.Dotnet(Repository.Root, "run", "-c", "Release", "--project", "samples/TwoPixel", "--", "train", "--steps-max", "5", "--iterations", "3", "--batch", "16", "--width", "32", "--out", folder);
        string said = PackageFeed.Run(native, folder, model, "native.csv", "100", "1");
        _ = PackageFeed.Dotnet(Repository.Root, "run", "-c", "Release", "--project", "samples/NativeSampler", "--", model, Path.Combine(folder, "jit.csv"), "100", "1");
        TestContext.Out.WriteLine($"{new FileInfo(native).Length / 1024} KiB; {said}");
        Assert.That(File.ReadAllBytes(Path.Combine(folder, "native.csv")), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder, "jit.csv"))));
        Assert.That(() => PackageFeed.Run(native, folder, "none", "native.csv"), Throws.InvalidOperationException.With.Message.Contains("ended with 1").And.Message.Contains("none"));
    }

    private static byte[] Library(PackageFeed feed, string id)
    {
        using var package = ZipFile.OpenRead(feed.FileOf(id));
        using var stream = package.GetEntry($"lib/net10.0/{id}.dll")!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}

using System.CommandLine;
using Diffusion.Guide;
using Diffusion.Terminal;

return SampleProgram.Run(args, (reporter, _) =>
{
    var folder = Options.Text("--out", "DIR", "Where the figures go. Default: out/guide; those of the documents are in docs/images/guide.");
    var root = new RootCommand("Draws the figures of the guide (docs/guide) that no other program draws: from exact denoisers, so nothing is trained.") { folder, Options.Threads };
    root.SetAction(result =>
    {
        SampleProgram.SetThreads(result.GetValue(Options.Threads));
        string path = result.GetValue(folder) ?? Path.Combine("out", "guide");
        foreach (var (name, draw) in GuideFigures.All)
        {
            string file = Path.Combine(path, name);
            draw(file);
            reporter.Say(file);
        }

        return 0;
    });
    return root;
});

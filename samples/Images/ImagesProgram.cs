using System.CommandLine;
using Diffusion.Images.CommandLine;
using Diffusion.Terminal;

namespace Diffusion.Images;

/// <summary>The program of images: one set of commands, which a preset fills with its data, defaults and words.</summary>
internal static class ImagesProgram
{
    public static int Run(string[] args, Preset preset) => SampleProgram.Run(args, (reporter, cancellation) => Build(preset, reporter, cancellation));

    /// <summary>All commands.</summary>
    internal static RootCommand Build(Preset preset, IReporter reporter, CancellationToken cancellation)
    {
        var context = new CommandContext(preset, new ImageOptions(preset), reporter, cancellation);
        var root = new RootCommand(preset.Description);
        foreach (var command in preset.Commands(context))
        {
            root.Add(command.Build(new Command(command.Name, command.Description)));
            if (command is AllCommand all && preset.Pretrained is not null)
                all.Build(root);
        }

        return root;
    }
}

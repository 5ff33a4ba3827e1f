using Diffusion.Terminal;
using NUnit.Framework;

namespace Diffusion.Playground.Tests;

/// <summary>The command line.</summary>
[NonParallelizable]
public sealed class CommandTests
{
    [TestCase("--port", "70000")]
    [TestCase("--port", "web")]
    [TestCase("--sessions", "0")]
    [TestCase("--threads", "0")]
    [TestCase("--measure", "0")]
    [TestCase("--no-such-option")]
    [TestCase("--browser", "none")]
    [TestCase("--measure", "1", "--browser", "no-such-program")]
    public void Bad_usage_is_one_line_and_2(params string[] arguments)
    {
        var (code, error) = Run(CancellationToken.None, arguments);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), error);
    }

    [Test]
    public void The_server_ends_when_it_is_told()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(Run(stop.Token, "--port", "0"), Is.EqualTo((0, "")));
    }

    private static (int Code, string Error) Run(CancellationToken stop, params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var said = new StringWriter();
        using var wrong = new StringWriter();
        Console.SetOut(said);
        Console.SetError(wrong);
        try
        {
            return (SampleProgram.Run(arguments, (reporter, _) => new PlaygroundCommand(reporter, stop).Build()), wrong.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}

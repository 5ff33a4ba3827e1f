using Diffusion.Playground;

return SampleProgram.Run(args, (reporter, cancellation) => new PlaygroundCommand(reporter, cancellation).Build());

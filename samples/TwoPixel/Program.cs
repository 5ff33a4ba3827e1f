using Diffusion.TwoPixel.CommandLine;

return SampleProgram.Run(args, (reporter, cancellation) => new Commands(reporter, cancellation).Build());

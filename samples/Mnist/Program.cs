using Diffusion.Digits.CommandLine;
using Diffusion.Terminal;

return SampleProgram.Run(args, (reporter, cancellation) => new Commands(reporter, cancellation).Build());

using Diffusion.Digits;
using Diffusion.Images;

return ImagesProgram.Run(args, new DigitsPreset());

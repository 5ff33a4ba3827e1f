using Diffusion.Images;

return ImagesProgram.Run(args, new PicturesPreset());

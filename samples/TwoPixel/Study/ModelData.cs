using Diffusion.Networks;

namespace Diffusion.TwoPixel.Study;

/// <summary>What the file of a model says of its data.</summary>
internal static class ModelData
{
    /// <summary>Reads a model of two pixels.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds another model.</exception>
    public static Model<float> Load(string path)
    {
        var model = ModelFile.Load<float>(path);
        return model.Network is TwoPixelUNet<float> or MlpDenoiser<float> { Configuration.Dimensions: 2 } ? model
            : throw new InvalidDataException($"{path}: the architecture is '{model.Network.Architecture}'; accepted are two-pixel-unet, and mlp of two dimensions.");
    }

    extension(Model<float> model)
    {
        /// <summary>The mixture that the model was trained on; null where the data were points.</summary>
        /// <exception cref="InvalidDataException">The file says neither.</exception>
        public GaussianMixture? Mixture => PointSet.IsDescription(model.Data) ? null : GaussianMixture.FromJson(model.Data);
    }
}

using Diffusion.Data;
using Diffusion.Models;

namespace Diffusion.TwoPixel.Study;

/// <summary>What the file of a model says of its data.</summary>
internal static class ModelData
{
    extension(Model<float> model)
    {
        /// <summary>The mixture that the model was trained on; null where the data were points.</summary>
        /// <exception cref="InvalidDataException">The file says neither.</exception>
        public GaussianMixture? Mixture => PointSet.IsDescription(model.Data) ? null : GaussianMixture.FromJson(model.Data);
    }
}

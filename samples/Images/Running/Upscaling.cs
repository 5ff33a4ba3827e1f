using Diffusion.Models;
using Diffusion.Networks;

namespace Diffusion.Images.Running;

/// <summary>Models that were trained to make large images of small ones.</summary>
internal static class Upscaling
{
    private const string Note = "upscales";

    /// <summary>What a model's file keeps of it: the side of the small images.</summary>
    public static void AddTo(Dictionary<string, string> notes, int side) => notes[Note] = $"{side}";

    /// <summary>The side of the small images that a model takes; null for a model that takes none.</summary>
    /// <exception cref="InvalidDataException">The model is conditioned on other images, of which nothing is known.</exception>
    public static int? SideOf(Model<float> model)
    {
        if (model.Network is not UNet<float> { Configuration.ConditionChannels: > 0 } network)
            return null;
        return model.Notes.TryGetValue(Note, out string? text) && int.TryParse(text, out int side) && side > 0 && network.Configuration.Height % side == 0 ? side
            : throw new InvalidDataException("The model is conditioned on images, but does not say on which; models that 'train --upscale-from' made are accepted.");
    }
}

using Diffusion.Data;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.Running;

/// <summary>Where a run has its files.</summary>
internal sealed class ImagesFolder(string path) : OutputFolder(path)
{
    public string Model => File("model.safetensors");

    public string Checkpoint => File("checkpoint.safetensors");

    public string History => File("history.csv");

    public string Configuration => File("config.json");

    public string Classifier => File("classifier.safetensors");

    public string Metrics => File("metrics.json");

    public string Animation => File("animation.webp");

    public string Samples => File("samples.npy");

    public string Labels => File("labels.npy");

    public string Report => File("report.html");

    /// <summary>Writes images as bytes, [N, H, W] where they are grey and else [N, H, W, 3], and their labels.</summary>
    public void WriteNumbers(Tensor<float> images, int[] labels)
    {
        byte[] bytes = new byte[images.Length];
        ImageSet.ToBytes<float>(images.Span, bytes);
        int[] shape = images.Shape[3] == 1 ? images.Shape.ToArray()[..3] : images.Shape.ToArray();
        NpyFile.Write(Samples, shape, bytes);
        NpyFile.Write(Labels, [labels.Length], [.. labels.Select(label => (long)label)]);
    }
}

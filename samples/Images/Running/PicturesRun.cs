using System.Text.Json.Serialization;
using Diffusion.Pictures;

namespace Diffusion.Images.Running;

/// <summary>A training on a folder of pictures.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PicturesRun : TrainingRun
{
    /// <summary>A run of about ten minutes on two cores.</summary>
    public PicturesRun() => (Iterations, Batch, Warmup, Ema, Widths) = (3800, 32, 100, 0.998, [32, 48, 96, 96]);

    /// <summary>The folder.</summary>
    public string? Data { get; init; }

    /// <summary>Height and width, in pixels.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Whether pictures are grey.</summary>
    public bool Grey { get; init; }

    /// <summary>How a picture that is no square becomes one.</summary>
    public PictureFit Fit { get; init; }

    /// <summary>Whether pictures are mirrored at random.</summary>
    public bool Flip { get; init; }

    /// <summary>Whether pictures that cannot be read are left out.</summary>
    public bool SkipBroken { get; init; }

    /// <summary>The share that is kept from training.</summary>
    public double HoldOut { get; init; } = 0.1;

    /// <summary>The side of the small pictures that the model makes large; 0 for none.</summary>
    public int UpscaleFrom { get; init; }

    /// <summary>1 or 3.</summary>
    [JsonIgnore]
    public int Channels => Grey ? 1 : 3;

    /// <summary>By how much pictures are made larger; null for not at all.</summary>
    /// <exception cref="ArgumentException">The sides do not divide.</exception>
    [JsonIgnore]
    public int? Factor => UpscaleFrom == 0 ? null : UpscaleFrom < Size && Size % UpscaleFrom == 0 ? Size / UpscaleFrom
        : throw new ArgumentException($"upscale-from is {UpscaleFrom}; accepted is a smaller number by which the size {Size} can be divided.");
}

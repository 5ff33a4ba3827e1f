using System.Text.Json.Serialization;
using Diffusion.Images.Running;

namespace Diffusion.Digits;

/// <summary>A training on a data set in the format of MNIST.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DigitsRun : TrainingRun
{
    /// <summary>The data set.</summary>
    public DatasetName Dataset { get; init; }
}

/// <summary>The data sets of the command line.</summary>
internal enum DatasetName
{
    /// <summary>MNIST, handwritten digits.</summary>
    Mnist = 0,

    /// <summary>Fashion-MNIST, clothes.</summary>
    Fashion,
}

using Diffusion.Data;
using Diffusion.Terminal;

namespace Diffusion.Digits.Study;

/// <summary>Finds or downloads the images, and tells the user of it.</summary>
internal static class DataLoading
{
    /// <summary>The sets of a data set.</summary>
    /// <param name="dataset">Which.</param>
    /// <param name="folder">Where to look first; null for the usual places.</param>
    /// <param name="mirror">Where to download from; null for the usual mirrors.</param>
    /// <param name="reporter">Told of downloads.</param>
    /// <param name="cancellation">Ends a download.</param>
    public static Data.Mnist Load(DatasetName dataset, string? folder, Uri? mirror, IReporter reporter, CancellationToken cancellation) =>
        reporter.Download(progress => Data.Mnist.Load(
            new MnistOptions
            {
                Dataset = dataset == DatasetName.Fashion ? MnistDataset.Fashion : MnistDataset.Digits,
                Folder = folder,
                Mirror = mirror,
            },
            progress,
            cancellation));
}

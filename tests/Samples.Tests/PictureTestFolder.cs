using Diffusion.Data;
using Diffusion.Pictures;
using Diffusion.Tensors;

namespace Diffusion.Samples.Tests;

/// <summary>A temporary folder of pictures, and what is read from it.</summary>
internal sealed class PictureTestFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder.</summary>
    public string Path => System.IO.Path.GetDirectoryName(_folder["any"])!;

    /// <summary>Writes a file; its folder is made.</summary>
    public PictureTestFolder With(string name, byte[] content)
    {
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], content);
        return this;
    }

    /// <summary>Removes a file.</summary>
    public void Delete(string name) => File.Delete(_folder[name]);

    public PictureSet Open(PictureOptions options) => PictureFolder.Open(Path, options);

    /// <summary>All images of the folder, as bytes, one array for each.</summary>
    public byte[][] Read(PictureOptions options) => Read(Open(options));

    /// <summary>All images of a set, as bytes, one array for each.</summary>
    public static byte[][] Read(ImageSet set)
    {
        var x0 = Tensor<float>.Zeros([set.Count, set.ImageShape[0], set.ImageShape[1], set.ImageShape[2]]);
        set.Fill([.. Enumerable.Range(0, set.Count)], x0);
        byte[] bytes = new byte[x0.Length];
        ImageSet.ToBytes<float>(x0.Span, bytes);
        return [.. bytes.Chunk(set.ImageShape.Length)];
    }

    public void Dispose() => _folder.Dispose();
}

namespace Diffusion.Tensors.Kernels;

/// <summary>The tiles of a batch of images, numbered row after row, image after image.</summary>
/// <param name="Batch">N, the images.</param>
/// <param name="Size">The outputs of an image.</param>
/// <param name="Tile">The outputs of a tile.</param>
internal readonly record struct WinogradTiles(int Batch, Size2d Size, Size2d Tile)
{
    private int Rows => (Size.Height + Tile.Height - 1) / Tile.Height;

    private int Columns => (Size.Width + Tile.Width - 1) / Tile.Width;

    /// <summary>How many tiles there are.</summary>
    public int Count => Batch * Rows * Columns;

    /// <summary>The image of a tile, its first output, and how many of its outputs the image has.</summary>
    public (int Image, Size2d First, Size2d Inside) this[int tile]
    {
        get
        {
            int row = tile / Columns, top = row % Rows * Tile.Height, left = tile % Columns * Tile.Width;
            return (row / Rows, (top, left), (Math.Min(Tile.Height, Size.Height - top), Math.Min(Tile.Width, Size.Width - left)));
        }
    }
}

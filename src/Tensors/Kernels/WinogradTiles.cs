namespace Diffusion.Tensors.Kernels;

/// <summary>The tiles of a batch of images, numbered row after row, image after image.</summary>
/// <param name="Batch">N, the images.</param>
/// <param name="Size">The outputs of an image.</param>
/// <param name="Tile">The outputs of a tile along one dimension.</param>
internal readonly record struct WinogradTiles(int Batch, Size2d Size, int Tile)
{
    private int Rows => (Size.Height + Tile - 1) / Tile;

    private int Columns => (Size.Width + Tile - 1) / Tile;

    /// <summary>How many tiles there are.</summary>
    public int Count => Batch * Rows * Columns;

    /// <summary>The image of a tile, its first output, and how many of its outputs the image has.</summary>
    public (int Image, Size2d First, Size2d Inside) this[int tile]
    {
        get
        {
            int row = tile / Columns, top = row % Rows * Tile, left = tile % Columns * Tile;
            return (row / Rows, (top, left), (Math.Min(Tile, Size.Height - top), Math.Min(Tile, Size.Width - left)));
        }
    }
}

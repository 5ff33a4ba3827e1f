using System.Globalization;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Puts blocks on A4 pages, from top to bottom. Lengths are points, of 1/72 inch.</summary>
internal sealed class PdfLayout(SKDocument document, string title, IReadOnlyList<PdfBlock> blocks)
{
    public const float TitleSize = 17, SectionSize = 15, HeadingSize = 11.5f, TextSize = 9.5f, SmallSize = 8.2f;

    public const float Width = PageWidth - (2 * Margin);

    private const float PageWidth = 595, PageHeight = 842, Margin = 54, Bottom = PageHeight - 62;

    private SKCanvas? _canvas;
    private float _y;
    private int _pages;

    /// <summary>Draws all; returns the number of pages.</summary>
    public int Draw()
    {
        for (int i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            if (_canvas is null || (block.BeginsPage && _y > Margin) || (_y > Margin && _y + Needed(i) > Bottom))
            {
                NewPage();
                if (block.Repeated is { } head)
                    Put(head, head.Height);
            }

            if (_y > Margin)
                _y += block.Before;
            Put(block, Math.Min(block.Height, Bottom - _y));
            _y += block.After;
        }

        Foot();
        document.EndPage();
        return _pages;
    }

    // With what must stand on the same page; a figure may become a little smaller for that.
    private float Needed(int first)
    {
        float needed = 0;
        for (int i = first; i < blocks.Count; i++)
        {
            needed += blocks[i].Before + blocks[i].LeastHeight;
            if (!blocks[i].StaysWithNext)
                break;
            needed += blocks[i].After;
        }

        return Math.Min(needed, Bottom - Margin);
    }

    private void Put(PdfBlock block, float height)
    {
        block.Draw(_canvas!, Margin, _y, height);
        _y += height;
    }

    private void NewPage()
    {
        if (_canvas is not null)
        {
            Foot();
            document.EndPage();
        }

        _canvas = document.BeginPage(PageWidth, PageHeight);
        _pages++;
        _y = Margin;
    }

    private void Foot()
    {
        using var font = Typography.Font(SmallSize);
        using var paint = new SKPaint { Color = Theme.Gray, IsAntialias = true };
        _canvas!.DrawText(title, Margin, PageHeight - 34, SKTextAlign.Left, font, paint);
        _canvas.DrawText(_pages.ToString(CultureInfo.InvariantCulture), PageWidth - Margin, PageHeight - 34, SKTextAlign.Right, font, paint);
    }
}

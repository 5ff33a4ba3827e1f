namespace Diffusion.Figures;

/// <summary>How a report looks, on a light or dark screen and on paper.</summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --text: #202226; --soft: #5c6168; --page: #ffffff; --block: #f4f5f7; --line: #d5d8dd; --link: #0060a0; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e4e6ea; --soft: #a5abb3; --page: #17191c; --block: #22252a; --line: #3a3f46; --link: #7cc4f5; }
        }
        body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.55 system-ui, "DejaVu Sans", sans-serif; }
        main { max-width: 74rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .6rem; }
        h2 { font-size: 1.4rem; margin: 0 0 .8rem; }
        h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
        p, ul { max-width: 46rem; margin: 0 0 1rem; }
        a { color: var(--link); }
        .summary { font-size: 1.12rem; }
        nav { color: var(--soft); margin-bottom: 2rem; }
        nav ol { margin: 0; padding-left: 0; list-style: none; }
        section { border-top: 1px solid var(--line); padding-top: 1.6rem; margin-top: 2.4rem; }
        figure { margin: 1.4rem 0; }
        figure img { display: block; max-width: 100%; height: auto; background: #ffffff; border-radius: 4px; }
        figcaption, caption, .label { color: var(--soft); font-size: .92rem; text-align: left; max-width: 46rem; }
        figcaption { margin-top: .5rem; }
        caption { padding-bottom: .4rem; }
        .label { margin: 1rem 0 .3rem; }
        .table { overflow-x: auto; margin: 1.2rem 0; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { padding: .35rem .9rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
        thead th { border-bottom: 2px solid var(--text); }
        .number { text-align: right; }
        .paper { display: none; }
        pre { background: var(--block); padding: .9rem 1.1rem; border-radius: 4px; overflow-x: auto; font: .86rem/1.5 "DejaVu Sans Mono", ui-monospace, monospace; }
        @page { margin: 16mm; }
        @media print {
          :root { color-scheme: light; --text: #000000; --soft: #444444; --page: #ffffff; --block: #f4f4f4; --line: #bbbbbb; --link: #000000; }
          body { font-size: 10.5pt; }
          main { max-width: none; padding: 0; }
          section { break-before: page; border-top: 0; margin: 0; padding: 0; }
          h2, h3, .label, caption, p:has(+ figure) { break-after: avoid; }
          p { break-inside: avoid; }
          figure, tr { break-inside: avoid; }
          figure img { max-height: 72vh; width: auto; }
          .table { overflow: visible; }
          table { font-size: 8pt; }
          th, td { padding: .25rem .45rem; overflow-wrap: anywhere; }
          th, .number { overflow-wrap: normal; }
          .raw { display: none; }
          .paper { display: block; }
        }
        """;
}

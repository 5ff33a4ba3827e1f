// Formulas of the guide: Temml turns TeX into MathML, which browsers draw by themselves. Without it the TeX stays.
for (const block of document.querySelectorAll('pre > code.language-math')) {
  const place = Object.assign(document.createElement('div'), { className: 'formula' });
  temml.render(block.textContent, place, { displayMode: true });
  block.parentElement.replaceWith(place);
}

for (const place of document.querySelectorAll('span.math')) {
  temml.render(place.textContent.replace(/^\\\(|\\\)$/g, ''), place);
}

// What can be taken along: the figure, points, the model.

function give(name, blob) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const savePng = (canvas, name) => canvas.toBlob(blob => give(name, blob), 'image/png');

/** Points [[left, right, label], ...] as the library reads them. */
export function saveCsv(points, name) {
  const lines = points.map(([left, right, label]) => `${left},${right},${label}`);
  give(name, new Blob([['left,right,label', ...lines, ''].join('\n')], { type: 'text/csv' }));
}

export async function saveModel(session, name) {
  const response = await fetch(session.model, { signal: session.over.signal });
  if (!response.ok)
    throw new Error((await response.json()).error);
  give(name, await response.blob());
}

// The picture: data, samples and their density, ways, and the handles of the peaks.

import { begin, color, dots, plane } from './canvas.js';

export const reach = 2.2;
const cells = 72, width = 0.08;

/** Where the handles of a peak are: its centre, its spread (two sigma to the right) and its weight (the end of a bar upwards). */
export function handles(peak, peaks, at) {
  const [x, y] = [at.x(peak.left), at.y(peak.right)], ring = 2 * peak.sigma * at.unit;
  const share = peak.weight / peaks.reduce((sum, other) => sum + other.weight, 0);
  return { centre: [x, y], spread: [x + ring, y], foot: [x - ring - 12, y], weight: [x - ring - 12, y - 90 * share], ring, share };
}

/** Draws everything. `scene` has what `main.js` gathers. */
export function drawPlot(canvas, scene) {
  const { context, width: w, height: h } = begin(canvas);
  const at = plane(w, h, reach);
  if (scene.layers.density && scene.cloud)
    drawDensity(context, at, scene.cloud);
  drawAxes(context, at);
  if (scene.layers.data) {
    context.fillStyle = color('data');
    context.globalAlpha = 0.8;
    dots(context, at, scene.data, scene.isDrawn ? 3 : 1.2);
    context.globalAlpha = 1;
  }

  if (scene.layers.exact && scene.exactCloud) {
    context.fillStyle = color('exact');
    dots(context, at, scene.exactCloud, 1.6);
  }

  if (scene.layers.samples && scene.cloud) {
    context.fillStyle = color('network');
    dots(context, at, scene.cloud, 1.6);
  }

  if (scene.layers.exact)
    drawWays(context, at, scene.exactWays, 'exact', [5, 4]);
  drawWays(context, at, scene.ways, 'network', []);
  drawPlaced(context, at, scene.placed);
  if (scene.peaks)
    drawPeaks(context, at, scene);
  if (scene.cross)
    drawCross(context, at, scene.cross);
}

function drawAxes(context, at) {
  context.strokeStyle = color('grid');
  context.fillStyle = color('quiet');
  context.lineWidth = 1;
  context.beginPath();
  for (let value = -2; value <= 2; value++) {
    context.moveTo(at.x(value), at.y(-reach));
    context.lineTo(at.x(value), at.y(reach));
    context.moveTo(at.x(-reach), at.y(value));
    context.lineTo(at.x(reach), at.y(value));
    if (value !== 0) {
      context.fillText(value, at.x(value) + 3, at.y(-reach) - 5);
      context.fillText(value, at.x(-reach) + 3, at.y(value) - 3);
    }
  }

  context.stroke();
  context.textAlign = 'center';
  context.fillText('left pixel', at.x(0), at.y(-reach) - 5);
  context.save();
  context.translate(at.x(-reach) + 12, at.y(0));
  context.rotate(-Math.PI / 2);
  context.fillText('right pixel', 0, 0);
  context.restore();
  context.textAlign = 'left';
}

// A kernel density of the samples, as an image of few cells that is drawn large.
const density = new OffscreenCanvas(cells, cells);

function drawDensity(context, at, points) {
  const sums = new Float32Array(cells * cells), step = 2 * reach / cells, far = Math.ceil(3 * width / step);
  for (let i = 0; i < points.length; i += 2) {
    const column = Math.floor((points[i] + reach) / step), row = Math.floor((reach - points[i + 1]) / step);
    for (let r = Math.max(0, row - far); r <= Math.min(cells - 1, row + far); r++) {
      for (let c = Math.max(0, column - far); c <= Math.min(cells - 1, column + far); c++) {
        const dx = (c + 0.5) * step - reach - points[i], dy = reach - (r + 0.5) * step - points[i + 1];
        sums[r * cells + c] += Math.exp(-(dx * dx + dy * dy) / (2 * width * width));
      }
    }
  }

  const image = new ImageData(cells, cells), [red, green, blue] = color('density').split(',').map(Number);
  const most = Math.max(1, ...sums);
  for (let i = 0; i < sums.length; i++)
    image.data.set([red, green, blue, 190 * Math.sqrt(sums[i] / most)], 4 * i);
  density.getContext('2d').putImageData(image, 0, 0);
  context.drawImage(density, at.x(-reach), at.y(reach), at.size, at.size);
}

function drawWays(context, at, ways, stroke, dash) {
  context.strokeStyle = color(stroke);
  context.setLineDash(dash);
  context.lineWidth = 2;
  for (const way of ways ?? []) {
    context.beginPath();
    for (const [x, y] of way)
      context.lineTo(at.x(x), at.y(y));
    context.stroke();
    context.fillStyle = color(stroke);
    dots(context, at, way.at(-1), 4.5);
  }

  context.setLineDash([]);
}

function drawPlaced(context, at, placed) {
  context.strokeStyle = color('text');
  context.lineWidth = 2;
  for (const [x, y] of placed)
    context.strokeRect(at.x(x) - 4, at.y(y) - 4, 8, 8);
}

function drawPeaks(context, at, { peaks, chosen }) {
  peaks.forEach((peak, index) => {
    const { centre, spread, foot, weight, ring, share } = handles(peak, peaks, at);
    context.strokeStyle = context.fillStyle = color('text');
    context.lineWidth = index === chosen ? 2.5 : 1.2;
    context.beginPath();
    context.arc(...centre, ring, 0, 2 * Math.PI);
    context.stroke();
    if (chosen === null)
      return;
    context.beginPath();
    context.moveTo(...foot);
    context.lineTo(...weight);
    context.stroke();
    for (const handle of [centre, spread, weight])
      context.fillRect(handle[0] - 4, handle[1] - 4, 8, 8);
    context.fillText(`${index}: ${Math.round(100 * share)} %`, weight[0] - 20, weight[1] - 8);
  });
}

function drawCross(context, at, [x, y]) {
  context.strokeStyle = color('text');
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(at.x(x) - 12, at.y(y));
  context.lineTo(at.x(x) + 12, at.y(y));
  context.moveTo(at.x(x), at.y(y) - 12);
  context.lineTo(at.x(x), at.y(y) + 12);
  context.stroke();
}

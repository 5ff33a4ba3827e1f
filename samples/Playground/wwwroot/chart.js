// A chart of lines over training steps, on a logarithmic scale.

import { begin, color } from './canvas.js';

const short = value => value >= 0.01 ? String(+value.toPrecision(2)) : value.toExponential(0);

/** Draws series of [{ color, width, dash, points: [[step, value], ...] }] for steps up to `steps`. */
export function drawChart(canvas, series, steps) {
  const { context, width, height } = begin(canvas);
  const values = series.flatMap(line => line.points.map(point => point[1])).filter(value => value > 0 && Number.isFinite(value));
  if (values.length === 0)
    return;
  const left = 46, right = width - 8, top = 8, bottom = height - 20;
  const low = Math.log10(Math.min(...values)) - 0.05, high = Math.max(Math.log10(Math.max(...values)) + 0.05, low + 0.3);
  const x = step => left + (right - left) * step / Math.max(1, steps);
  const y = value => bottom - (bottom - top) * (Math.log10(value) - low) / (high - low);

  context.strokeStyle = color('grid');
  context.fillStyle = color('quiet');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of ticks(low, high)) {
    context.beginPath();
    context.moveTo(left, y(value));
    context.lineTo(right, y(value));
    context.stroke();
    context.fillText(short(value), left - 5, y(value));
  }

  context.textBaseline = 'alphabetic';
  context.fillText(`${steps.toLocaleString('en')} steps`, right, height - 5);
  context.textAlign = 'left';
  context.fillText('0', left, height - 5);
  for (const line of series) {
    context.strokeStyle = color(line.color);
    context.lineWidth = line.width;
    context.setLineDash(line.dash ?? []);
    context.beginPath();
    for (const [step, value] of line.points) {
      if (value > 0 && Number.isFinite(value))
        context.lineTo(x(step), y(value));
    }

    context.stroke();
  }

  context.setLineDash([]);
}

// Digits of each decade: the fewest that give three lines.
function ticks(low, high) {
  let found = [];
  for (const digits of [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    found = [];
    for (let decade = Math.floor(low); decade <= high; decade++)
      found.push(...digits.map(digit => digit * 10 ** decade).filter(value => Math.log10(value) >= low && Math.log10(value) <= high));
    if (found.length >= 3)
      break;
  }

  return found;
}

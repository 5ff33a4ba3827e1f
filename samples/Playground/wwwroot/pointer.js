// What pointer and keys do on the picture: place x_T, move peaks, draw points.

import { plane } from './canvas.js';
import { handles, reach } from './plot.js';
import { mostPoints } from './state.js';

export const mostPlaced = 8;
const round = value => Math.round(value * 1000) / 1000;
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** Listens on the canvas. `host` has state, mode(), brush(), say(words) and changed(what). */
export function listen(canvas, host) {
  const tool = { cross: null, chosen: 0 };
  let dragged = null;
  const at = () => plane(canvas.clientWidth, canvas.clientHeight, reach);
  const inside = ([x, y]) => [round(clamp(x, -reach, reach)), round(clamp(y, -reach, reach))];

  canvas.addEventListener('pointerdown', event => {
    const pixel = [event.offsetX, event.offsetY], point = inside(at().point(...pixel));
    tool.cross = null;
    canvas.setPointerCapture(event.pointerId);
    if (host.mode() === 'place')
      place(host, point);
    else if (host.mode() === 'peaks')
      dragged = nearest(host.state.settings.peaks, pixel, at());
    else
      dragged = { draw: point }, drawPoint(host, point);
    if (dragged?.index !== undefined)
      tool.chosen = dragged.index;
    host.changed('picture');
  });

  canvas.addEventListener('pointermove', event => {
    if (!dragged)
      return;
    const pixel = [event.offsetX, event.offsetY], point = inside(at().point(...pixel));
    if (dragged.draw) {
      if (Math.hypot(point[0] - dragged.draw[0], point[1] - dragged.draw[1]) > 0.07)
        drawPoint(host, dragged.draw = point);
    } else {
      dragPeak(host, dragged, pixel, point, at());
    }
  });

  for (const end of ['pointerup', 'pointercancel'])
    canvas.addEventListener(end, () => dragged = null);

  canvas.addEventListener('keydown', event => {
    const { peaks } = host.state.settings;
    const step = event.shiftKey ? 0.25 : 0.05;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
    const ofPeaks = host.mode() === 'peaks' && peaks.length > 0;
    const peak = peaks[tool.chosen = clamp(tool.chosen, 0, peaks.length - 1)];
    if (move && ofPeaks)
      movePeak(host, peak, tool.chosen, inside([peak.left + move[0], peak.right + move[1]]));
    else if (move)
      tool.cross = inside([(tool.cross?.[0] ?? 0) + move[0], (tool.cross?.[1] ?? 0) + move[1]]), host.say(`Cross at ${tool.cross.join(', ')}`);
    else if (event.key === 'Enter' || event.key === ' ')
      act(host, tool.cross ??= [0, 0]);
    else if (event.key === 'Delete' || event.key === 'Backspace')
      takeBack(host);
    else if (ofPeaks && (event.key === 'PageUp' || event.key === 'PageDown'))
      tool.chosen = (tool.chosen + (event.key === 'PageUp' ? 1 : peaks.length - 1)) % peaks.length, host.say(`Peak ${tool.chosen}`);
    else if (ofPeaks && (event.key === '+' || event.key === '-'))
      setPeak(host, peak, tool.chosen, { sigma: round(clamp(peak.sigma + (event.key === '+' ? 0.01 : -0.01), 0.02, 1)) });
    else if (ofPeaks && (event.key === '<' || event.key === '>'))
      setPeak(host, peak, tool.chosen, { weight: round(clamp(peak.weight * (event.key === '>' ? 1.1 : 1 / 1.1), 0.01, 100)) });
    else
      return;
    event.preventDefault();
    host.changed('picture');
  });

  canvas.addEventListener('blur', () => {
    tool.cross = null;
    host.changed('picture');
  });
  return tool;
}

function act(host, point) {
  if (host.mode() === 'place')
    place(host, point);
  else if (host.mode() === 'draw')
    drawPoint(host, point);
}

function place(host, point) {
  const { placed } = host.state;
  placed.push(point);
  if (placed.length > mostPlaced)
    placed.shift();
  host.say(`x_T at ${point.join(', ')}`);
  host.changed('placed');
}

function drawPoint(host, point) {
  const { points } = host.state.settings;
  if (points.length >= mostPoints) {
    host.say(`There are ${mostPoints} points, the most that a link can hold.`);
    return;
  }

  points.push([...point, host.brush()]);
  host.say(`Point ${points.length} at ${point.join(', ')}`);
  host.changed('data');
}

function takeBack(host) {
  const list = host.mode() === 'draw' ? host.state.settings.points : host.state.placed;
  list.pop();
  host.changed(host.mode() === 'draw' ? 'data' : 'placed');
}

// The handle within reach of a finger, of any peak.
function nearest(peaks, [x, y], at) {
  let best = null, least = 22;
  peaks.forEach((peak, index) => {
    const all = handles(peak, peaks, at);
    for (const what of ['centre', 'spread', 'weight']) {
      const distance = Math.hypot(x - all[what][0], y - all[what][1]);
      if (distance < least)
        [best, least] = [{ index, what }, distance];
    }
  });
  return best;
}

function dragPeak(host, { index, what }, [, y], point, at) {
  const { peaks } = host.state.settings, peak = peaks[index];
  if (what === 'centre') {
    movePeak(host, peak, index, point);
  } else if (what === 'spread') {
    setPeak(host, peak, index, { sigma: round(clamp(Math.hypot(point[0] - peak.left, point[1] - peak.right) / 2, 0.02, 1)) });
  } else {
    const others = peaks.reduce((sum, other) => sum + other.weight, 0) - peak.weight;
    const share = clamp((at.y(peak.right) - y) / 90, 0.02, 0.98);
    if (others > 0)
      setPeak(host, peak, index, { weight: round(clamp(others * share / (1 - share), 0.01, 100)) });
  }
}

const movePeak = (host, peak, index, [left, right]) => setPeak(host, peak, index, { left, right });

function setPeak(host, peak, index, values) {
  Object.assign(peak, values);
  host.say(`Peak ${index} at ${peak.left}, ${peak.right}, spread ${peak.sigma}, weight ${peak.weight}`);
  host.changed('data');
}

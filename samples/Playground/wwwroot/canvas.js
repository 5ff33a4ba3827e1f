// Canvases that are sharp on any screen, and colours that follow the theme.

/** The colour of a name in the style sheet. */
export const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A context whose unit is a CSS pixel, cleared. */
export function begin(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }

  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = color('panel');
  context.fillRect(0, 0, width, height);
  context.font = '12px system-ui, sans-serif';
  return { context, width, height };
}

/** The plane from -reach to reach on a canvas: pixels of a point, and back. */
export function plane(width, height, reach) {
  const size = Math.min(width, height), left = (width - size) / 2, top = (height - size) / 2;
  return {
    size,
    unit: size / (2 * reach),
    x: value => left + size * (value + reach) / (2 * reach),
    y: value => top + size * (reach - value) / (2 * reach),
    point: (x, y) => [(x - left) / size * 2 * reach - reach, reach - (y - top) / size * 2 * reach],
  };
}

/** Small discs at points [x0, y0, x1, y1, ...]. */
export function dots(context, at, points, radius) {
  context.beginPath();
  for (let i = 0; i < points.length; i += 2) {
    context.moveTo(at.x(points[i]) + radius, at.y(points[i + 1]));
    context.arc(at.x(points[i]), at.y(points[i + 1]), radius, 0, 2 * Math.PI);
  }

  context.fill();
}

/** Arrows of noise on a grid, each pointing to where the noise pushed. */
export function arrows(canvas, noise, grid, reach, stroke) {
  const { context, width, height } = begin(canvas);
  const at = plane(width, height, reach * 1.1), longest = 2 * reach / (grid - 1) * 0.95;
  context.strokeStyle = color(stroke);
  context.lineWidth = 1.3;
  context.beginPath();
  for (let i = 0; i < grid * grid; i++) {
    const x = reach * (2 * (i % grid) / (grid - 1) - 1), y = reach * (2 * Math.floor(i / grid) / (grid - 1) - 1);
    const [dx, dy] = [noise[2 * i], noise[2 * i + 1]];
    const length = Math.hypot(dx, dy), scale = longest / Math.max(2, length);
    const [toX, toY] = [at.x(x + dx * scale), at.y(y + dy * scale)];
    context.moveTo(at.x(x), at.y(y));
    context.lineTo(toX, toY);
    const angle = Math.atan2(toY - at.y(y), toX - at.x(x)), head = Math.min(4, length * 4);
    for (const turn of [2.6, -2.6]) {
      context.moveTo(toX, toY);
      context.lineTo(toX + head * Math.cos(angle + turn), toY + head * Math.sin(angle + turn));
    }
  }

  context.stroke();
}

// What a link holds: everything that determines the model and what is seen of it.

export const mostPoints = 300;

export function defaults(choices) {
  return {
    settings: {
      data: 'mixture', peaks: choices.peaks.map(peak => ({ ...peak })), points: [], schedule: 'cosine', T: 50, objective: 'noise', network: 'mlp', width: 64,
      learningRate: 0.005, batch: 128, iterations: 8000, seed: 0,
    },
    view: { sampler: 'ddpm', steps: null, label: -1, guidance: 0, from: 0, to: 1, time: 0.4, pace: 2000 },
    placed: [],
    classes: choices.classes,
  };
}

/** Puts another state into this one, which the form holds on to. */
export function assign(state, other) {
  for (const part of ['settings', 'view']) {
    for (const key of Object.keys(state[part])) {
      if (other[part]?.[key] !== undefined)
        state[part][key] = structuredClone(other[part][key]);
    }
  }

  state.placed = structuredClone(other.placed ?? []);
}

/** The state as letters that an address may have. */
export function encode(state) {
  const bytes = new TextEncoder().encode(JSON.stringify({ settings: state.settings, view: state.view, placed: state.placed }));
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The state of an address; null where it holds none. */
export function decode(letters) {
  try {
    const text = atob(letters.replaceAll('-', '+').replaceAll('_', '/'));
    const state = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, letter => letter.charCodeAt(0))));
    const listOf = (list, isMember) => Array.isArray(list) && list.every(isMember);
    const isState = listOf(state.settings.peaks, peak => peak.left !== undefined) && listOf(state.settings.points, Array.isArray) && listOf(state.placed, Array.isArray);
    return isState ? state : null;
  } catch {
    return null;
  }
}

/** What the server is sent: of the data only what belongs to them, and labels without gaps. */
export function request(state) {
  const { peaks, points, ...rest } = state.settings;
  const labels = [...new Set(points.map(point => point[2]).filter(label => label >= 0))].sort((a, b) => a - b);
  return {
    settings: {
      ...rest,
      peaks: rest.data === 'mixture' ? peaks : [],
      points: rest.data === 'drawn' ? points.map(([x, y, label]) => [x, y, labels.indexOf(label)]) : [],
    },
    view: viewOf(state),
  };
}

/** The view, kept to what the model can be asked. */
export function viewOf(state) {
  const { steps, label, ...rest } = state.view;
  return { ...rest, steps: steps === null ? null : Math.min(steps, state.settings.T), label: Math.min(label, classesOf(state) - 1) };
}

/** The number of labels of the data. */
export function classesOf(state) {
  const { data, peaks, points } = state.settings;
  if (data === 'mixture')
    return peaks.length;
  return data === 'drawn' ? new Set(points.map(point => point[2]).filter(label => label >= 0)).size : state.classes[data] ?? 0;
}

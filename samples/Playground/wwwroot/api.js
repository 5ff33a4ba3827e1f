// The server: what is asked of it and what it answers.

async function ask(method, path, body, signal) {
  const response = await fetch(path, {
    method,
    signal,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.ok)
    return response.status === 204 ? null : response.json();
  let words = `The server answered ${response.status}.`;
  try {
    words = (await response.json()).error ?? words;
  } catch {
    // No words came with it.
  }

  throw new Error(words);
}

export const choices = () => ask('GET', '/api/choices');
export const pointsOf = name => ask('GET', `/api/points/${name}`);

/** A model that the server trains for this page, and a stream of what it looks like. The stream's end is its end, and that of all that is asked of it. */
export class Session {
  static async begin(request, onFrame, onEnd) {
    const { id } = await ask('POST', '/api/sessions', request);
    return new Session(id, onFrame, onEnd);
  }

  constructor(id, onFrame, onEnd) {
    this.path = `/api/sessions/${id}`;
    this.over = new AbortController();
    this.stream = new EventSource(`${this.path}/frames`);
    this.stream.onmessage = event => onFrame(JSON.parse(event.data));
    this.stream.onerror = () => {
      // A lost connection is tried again by the browser; an answer other than a stream is final.
      if (this.stream.readyState === EventSource.CLOSED)
        onEnd();
    };
  }

  show = view => ask('POST', `${this.path}/view`, view, this.over.signal);
  stop = () => ask('POST', `${this.path}/stop`, {}, this.over.signal);
  way = (view, placed, signal) => ask('POST', `${this.path}/way`, { view, placed }, signal);
  budget = (view, signal) => ask('POST', `${this.path}/budget`, view, signal);
  get model() { return `${this.path}/model`; }

  end() {
    this.over.abort();
    this.stream.close();
    return ask('DELETE', this.path).catch(() => null);
  }
}

/** Points as the server packs them: pairs of whole numbers of 16 bits. */
export function unpack(text, scale) {
  const letters = atob(text);
  const bytes = Uint8Array.from(letters, letter => letter.charCodeAt(0));
  return Float32Array.from(new Int16Array(bytes.buffer), value => value / scale);
}

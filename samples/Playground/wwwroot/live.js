// What the server sends, kept and drawn.

import { unpack } from './api.js';
import { arrows } from './canvas.js';
import { drawChart } from './chart.js';
import { drawPlot } from './plot.js';
import { viewOf } from './state.js';

const $ = id => document.getElementById(id);
const number = value => Number.isFinite(value) ? (Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(1)) : 'no number';

export class Live {
  constructor(choices, state) {
    Object.assign(this, { choices, state, data: null, tool: null, mode: () => 'place' });
    this.restart(null);
  }

  /** Forgets a model. */
  restart(session) {
    this.forgetWays();
    this.forgetBudget();
    Object.assign(this, { session, losses: [], held: [], errors: [], cloud: null, exactCloud: null, field: null, exactField: null, way: null, shown: null, frame: null });
    $('progress').textContent = 'Nothing is trained yet.';
    $('bar').value = 0;
    this.showTimes();
    this.draw();
  }

  /** A frame of the stream. */
  take(frame, attempt) {
    const wasOver = this.frame?.isOver;
    this.frame = frame;
    const packed = text => unpack(text, this.choices.scale);
    this.cloud = frame.cloud ? packed(frame.cloud) : null;
    this.exactCloud = frame.exactCloud ? packed(frame.exactCloud) : this.exactCloud;
    this.field = packed(frame.field);
    this.exactField = frame.exactField ? packed(frame.exactField) : this.exactField;
    if (frame.step > (this.held.at(-1)?.[0] ?? -1)) {
      this.held.push([frame.step, frame.heldLoss]);
      this.errors.push([frame.step, frame.error]);
      if (frame.loss !== undefined)
        this.losses.push([frame.step, frame.loss]);
    }

    // Ways are those of the model when they were asked for: at the end they are asked for again.
    this.tell();
    if (frame.isOver && !wasOver) {
      this.askWays(attempt);
      $('plot-words').textContent = $('progress').textContent;
    }

    this.draw();
  }

  tell() {
    const { step, iterations, rate, heldLoss, floor, error, isOver, failure, problem } = this.frame;
    $('progress').textContent = failure ? `Training ended after ${step} steps. ${failure}`
      : `${step.toLocaleString('en')} of ${iterations.toLocaleString('en')} steps${isOver ? step < iterations ? ', stopped' : ', done' : `, ${Math.round(rate).toLocaleString('en')} a second`}. Loss ${number(heldLoss)}, floor ${number(floor)}, distance to the exact answer ${number(error)}.${problem ? ` No samples: ${problem}` : ''}`;
    $('bar').value = step / iterations;
  }

  /** Asks for the ways of the placed points and the cloud, a little later: the last of quick changes counts. */
  askWays(attempt) {
    this.forgetWays();
    this.showTimes();
    const { session, state } = this;
    if (!session || (state.placed.length === 0 && this.shown === null))
      return;
    const { signal } = this.asking = new AbortController();
    this.waiting = setTimeout(() => attempt(async () => {
      const way = await session.way(viewOf(state), state.placed, signal);
      this.way = { ...way, states: unpack(way.states, this.choices.scale), exactStates: unpack(way.exactStates, this.choices.scale) };
      this.showTimes();
      this.draw();
    }), 150);
  }

  forgetWays() {
    clearTimeout(this.waiting);
    this.asking?.abort();
    this.way = null;
  }

  /** The cloud at the place of the slider; the last place is the live cloud. */
  setTime(place, attempt) {
    this.shown = place === Infinity || (this.way && place >= this.way.times.length - 1) ? null : place;
    if (!this.way)
      this.askWays(attempt);
    this.showTimes();
    this.draw();
  }

  showTimes() {
    const last = (this.way?.times.length ?? 2) - 1, place = Math.min(this.shown ?? last, last);
    $('time').max = last;
    $('time').value = place;
    const t = this.way ? this.way.times[place] : place === last ? 0 : this.state.settings.T;
    $('time-words').textContent = `t = ${+t.toFixed(2)}`;
    $('time').setAttribute('aria-valuetext', `t = ${+t.toFixed(2)}`);
  }

  /** Walks the slider from noise to data, until another walk or another model begins. */
  async play(attempt) {
    const { session } = this, mine = this.playing = {};
    const goesOn = () => this.playing === mine && this.session === session;
    this.setTime(0, attempt);
    for (let wait = 0; goesOn() && !this.way && wait < 50; wait++)
      await new Promise(done => setTimeout(done, 100));
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (let place = still ? Infinity : 0; goesOn() && this.way && place < this.way.times.length; place++) {
      this.setTime(place, attempt);
      await new Promise(done => setTimeout(done, 2500 / this.way.times.length));
    }

    if (goesOn())
      this.setTime(Infinity, attempt);
  }

  async measureBudget(view) {
    if (!this.session)
      throw new Error('There is no model yet: train first.');
    this.forgetBudget();
    const { signal } = this.measuring = new AbortController();
    const { network, exact, exactManySteps, chance, count } = await this.session.budget(view, signal);
    const rows = [
      ['network, this sampler', network], ['exact denoiser, this sampler: the sampler’s part', exact],
      ['exact denoiser, Heun in 50 steps: hardly any error of the steps', exactManySteps], [`two sets of ${count} data: chance`, chance],
    ];
    const most = Math.max(...rows.map(row => row[1]));
    $('bars').replaceChildren(...rows.map(([name, value]) => {
      const row = document.createElement('li'), words = document.createElement('span'), digits = document.createElement('b');
      [words.textContent, digits.textContent] = [name, number(value)];
      const meter = Object.assign(document.createElement('meter'), { max: most, value, ariaLabel: name });
      row.append(words, digits, meter);
      return row;
    }));
  }

  forgetBudget() {
    this.measuring?.abort();
    $('bars').replaceChildren();
  }

  /** The samples of the picture with their label, for a file. */
  samples() {
    const points = this.cloudAt(false);
    return Array.from({ length: points.length / 2 }, (_, i) => [+points[2 * i].toFixed(5), +points[2 * i + 1].toFixed(5), viewOf(this.state).label]);
  }

  cloudAt(isExact) {
    if (!this.way || this.shown === null)
      return isExact ? this.exactCloud : this.cloud;
    const { count, placed } = this.way, from = 2 * count * Math.min(this.shown, this.way.times.length - 1);
    return (isExact ? this.way.exactStates : this.way.states).subarray(from + 2 * placed, from + 2 * count);
  }

  waysOf(states) {
    const { times, count, placed } = this.way;
    return Array.from({ length: placed }, (_, i) => times.map((_, state) => [states[2 * (state * count + i)], states[2 * (state * count + i) + 1]]));
  }

  /** Draws at the next chance of the screen. */
  draw() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.drawNow();
    });
  }

  drawNow() {
    const { settings, placed } = this.state;
    const layers = Object.fromEntries([...document.querySelectorAll('input[name="layer"]')].map(input => [input.value, input.checked]));
    const isDrawn = settings.data === 'drawn', isMixture = settings.data === 'mixture';
    drawPlot($('plot'), {
      layers, isDrawn, placed,
      data: isDrawn ? settings.points.flatMap(point => point.slice(0, 2)) : this.data ?? [],
      cloud: this.cloudAt(false), exactCloud: this.cloudAt(true),
      ways: this.way && this.waysOf(this.way.states), exactWays: this.way && this.waysOf(this.way.exactStates),
      peaks: isMixture && (this.mode() === 'peaks' || layers.data) ? settings.peaks : null, chosen: this.mode() === 'peaks' ? this.tool.chosen : null,
      cross: this.tool?.cross,
    });
    if (!this.frame)
      return;
    const { iterations, floor } = this.frame, { grid, reach } = this.choices;
    drawChart($('loss'), [
      { color: 'data', width: 1, points: this.losses },
      { color: 'exact', width: 2, dash: [6, 4], points: [[0, floor], [iterations, floor]] },
      { color: 'network', width: 2, points: this.held },
    ], iterations);
    drawChart($('error'), [{ color: 'network', width: 2, points: this.errors }], iterations);
    arrows($('field'), this.field, grid, reach, 'network');
    if (this.exactField)
      arrows($('exact-field'), this.exactField, grid, reach, 'exact');
  }
}

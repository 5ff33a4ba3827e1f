// The page: one state, one session, one picture.

import { Session, choices as askChoices, pointsOf, unpack } from './api.js';
import { buildControls } from './controls.js';
import { assign, classesOf, decode, defaults, encode, request, viewOf } from './state.js';
import { Live } from './live.js';
import { listen } from './pointer.js';
import { showPeaks } from './peaks.js';
import { presets } from './presets.js';
import { saveCsv, saveModel, savePng } from './save.js';

const $ = id => document.getElementById(id);
const choices = await askChoices();
const state = defaults(choices);
const live = new Live(choices, state);
const peaksPlace = document.createElement('div');
const show = buildControls($('controls'), choices, state, peaksPlace, changed);
const mode = () => document.querySelector('input[name="mode"]:checked').value;
let session = null, trained = '', beginning = 0, turn = Promise.resolve(), isStopped = false, shownData = null, said = 0;

live.tool = listen($('plot'), { state, mode, brush: () => Number($('brush').value), say: words => $('plot-words').textContent = words, changed });
live.mode = mode;

function problem(words) {
  said += words ? 1 : 0;
  $('problem').hidden = !words;
  $('problem').textContent = words ?? '';
}

/** Does something that can fail, and says so. What works hides what failed before it began, and nothing that failed since. */
function attempt(work) {
  const before = said;
  return Promise.resolve().then(work).then(result => {
    if (said === before)
      problem(null);
    return result;
  }, error => {
    // What was given up, since its session or its view was replaced, is no failure.
    if (error.name !== 'AbortError')
      problem(error.message);
  });
}

// Of quick changes the last one counts: a slider that is moved, a peak that is dragged.
const waiting = {};
function later(what, act) {
  clearTimeout(waiting[what]);
  waiting[what] = setTimeout(act, 120);
}

const saveAddress = () => history.replaceState(null, '', `#${encode(state)}`);

/** After every change: of the 'settings', the 'view', the 'data', the 'placed' points, or of the 'picture' alone. */
function changed(what, key) {
  if (key === 'data')
    chooseMode();
  if (what !== 'picture') {
    later('address', saveAddress);
    show(classesOf(state));
    showPeaks(peaksPlace, state.settings, () => changed('data'));
    $('train').textContent = session && trained !== JSON.stringify(request(state).settings) ? 'Train again' : 'Train';
  }

  if (what === 'data' || key === 'data' || (what === 'settings' && !key))
    showData();
  if (what === 'view')
    later('view', () => session && attempt(() => session.show(viewOf(state))));
  const isSampled = what === 'view' && key !== 'time' && key !== 'pace';
  if (isSampled)
    live.forgetBudget();
  if (isSampled || what === 'placed')
    live.askWays(attempt);
  live.draw();
}

function chooseMode() {
  const { data } = state.settings, fits = mode() === 'place' || (mode() === 'peaks' && data === 'mixture') || (mode() === 'draw' && data === 'drawn');
  const wanted = fits ? mode() : data === 'drawn' ? 'draw' : 'place';
  document.querySelector(`input[name="mode"][value="${wanted}"]`).checked = true;
}

async function showData() {
  const { data } = state.settings;
  if (data === shownData)
    return;
  shownData = data;
  const points = data in choices.classes ? await attempt(async () => unpack((await pointsOf(data)).points, choices.scale)) : null;
  if (data !== shownData)
    return;
  live.data = points;
  live.draw();
}

/** Trains anew. One after the other, so that the page never has two sessions; of quick ones the last one counts. */
function train() {
  const mine = ++beginning, before = session;
  isStopped = false;
  live.restart(session = null);
  turn = Promise.allSettled([turn, before?.end()]).then(() => begin(mine));
}

async function begin(mine) {
  if (mine !== beginning)
    return;
  const asked = request(state);
  const begun = await attempt(() => Session.begin(asked, frame => live.take(frame, attempt), () => {
    if (session === begun)
      problem('The session has ended: the server was stopped, or an hour is over. Train again.');
  }));
  if (mine !== beginning)
    return begun?.end();
  if (!begun)
    return;
  trained = JSON.stringify(asked.settings);
  live.restart(session = begun);
  changed('training');
  live.askWays(attempt);

  // What was wanted of it before it was there.
  if (JSON.stringify(viewOf(state)) !== JSON.stringify(asked.view))
    attempt(() => begun.show(viewOf(state)));
  if (isStopped)
    attempt(() => begun.stop());
}

function load(other, layers) {
  if ($('controls').contains(document.activeElement))
    document.activeElement.blur();
  assign(state, other);
  chooseMode();
  for (const layer of layers ?? [])
    document.querySelector(`input[name="layer"][value="${layer}"]`).checked = true;
  changed('settings');
  train();
}

function loadAddress() {
  const letters = location.hash.slice(1);
  const other = letters ? decode(letters) : null;
  if (letters && !other)
    problem('The address holds no state that can be read; these are the settings to begin with.');
  if (other)
    load(other);
  else
    changed('settings');
}

$('preset').append(...presets.map((preset, index) => new Option(preset.name, index)));
$('preset').selectedIndex = -1;
$('preset').addEventListener('change', () => {
  const preset = presets[$('preset').value];
  $('lookat').textContent = preset.look;
  load(preset, preset.layers);
});
$('train').addEventListener('click', train);
$('stop').addEventListener('click', () => session ? attempt(() => session.stop()) : isStopped = true);
$('clear').addEventListener('click', () => {
  if (mode() === 'draw')
    state.settings.points.length = 0;
  else
    state.placed.length = 0;
  changed(mode() === 'draw' ? 'data' : 'placed');
});
for (const input of document.querySelectorAll('input[name="layer"]'))
  input.addEventListener('change', () => live.draw());
for (const input of document.querySelectorAll('input[name="mode"]')) {
  input.addEventListener('change', () => {
    // Peaks are those of the mixture, and points that are drawn are data too.
    state.settings.data = { peaks: 'mixture', draw: 'drawn' }[mode()] ?? state.settings.data;
    changed('settings', 'data');
  });
}

$('time').addEventListener('input', () => live.setTime(Number($('time').value), attempt));
$('play').addEventListener('click', () => live.play(attempt));
$('budget').addEventListener('click', () => attempt(() => live.measureBudget(viewOf(state))));
$('link').addEventListener('click', () => attempt(async () => {
  saveAddress();
  await navigator.clipboard.writeText(location.href);
  $('lookat').textContent = 'The link is copied: whoever opens it on this machine gets the same settings, and trains the same model.';
}));
$('png').addEventListener('click', () => savePng($('plot'), 'playground.png'));
$('csv').addEventListener('click', () => live.cloud ? saveCsv(live.samples(), 'samples.csv') : problem('There are no samples yet: train first.'));
$('data-csv').addEventListener('click', () => state.settings.points.length ? saveCsv(request({ ...state, settings: { ...state.settings, data: 'drawn' } }).settings.points, 'data.csv') : problem('No points are drawn.'));
$('model').addEventListener('click', () => session ? attempt(() => saveModel(session, `model-T${state.settings.T}.safetensors`)) : problem('There is no model yet: train first.'));

window.addEventListener('hashchange', loadAddress);
new ResizeObserver(() => live.draw()).observe($('plot'));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => live.draw());
loadAddress();

// The settings as a form: each has a name, one line that says what it does, and a link to the guide.

const chapters = {
  '01-tensors': 'tensors', '02-tape': 'the tape', '04-layers': 'layers', '05-forward': 'the forward process', '06-objectives': 'objectives',
  '07-sampling': 'sampling', '08-guidance': 'guidance', '10-speed': 'speed',
};

const words = {
  mixture: 'mixture of peaks', drawn: 'drawn by hand', moons: 'two moons', 'swiss-roll': 'swiss roll', gaussians: '25 Gaussians',
  noise: 'the noise', x0: 'x_0, the data', v: 'v', flow: 'the velocity (flow)', variance: 'the noise and its variance', mlp: 'linear layers', unet: "the assignment's UNet",
  straight: 'straight line (flow)',
};

// part: 'settings' determine the model and hold from the next training on; 'view' holds at once.
const groups = [
  { title: 'Data', fields: [
    { part: 'settings', key: 'data', label: 'Data', choices: 'data', chapter: '05-forward', help: 'What is to be learned: peaks that you can move, a set that papers draw, or your own points.' },
  ] },
  { title: 'Training', fields: [
    { part: 'settings', key: 'schedule', label: 'Noise schedule', choices: 'schedules', chapter: '05-forward', help: 'How fast noise drowns the data.' },
    { part: 'settings', key: 'T', label: 'T, diffusion steps', min: 2, max: 100, step: 1, chapter: '05-forward', help: 'In how many steps data become noise; few are too coarse to go back exactly.' },
    { part: 'settings', key: 'objective', label: 'Objective', choices: 'objectives', chapter: '06-objectives', help: 'What the network is asked for; from it and x_t the rest follows.' },
    { part: 'settings', key: 'network', label: 'Network', choices: 'networks', chapter: '04-layers', help: 'Linear layers learn any shape; the UNet is that of the assignment.' },
    { part: 'settings', key: 'width', label: 'Width', min: 32, max: 128, step: 16, chapter: '04-layers', help: 'Numbers in a hidden layer: more can learn finer shapes, and take longer.' },
    { part: 'settings', key: 'learningRate', label: 'Learning rate', min: 0.00001, max: 0.1, step: 'any', chapter: '02-tape', help: 'How far a step goes: too small learns slowly, too large not at all.' },
    { part: 'settings', key: 'batch', label: 'Batch', min: 16, max: 512, step: 1, chapter: '02-tape', help: 'Points in a training step: more make a quieter gradient, and take longer.' },
    { part: 'settings', key: 'iterations', label: 'Training steps', min: 10, max: 100000, step: 10, chapter: '10-speed', help: 'How long training goes on.' },
    { part: 'view', key: 'pace', label: 'Pace of training', min: 10, max: 100000, step: 10, optional: true, chapter: '10-speed', help: 'Steps a second at most, to watch; empty for as fast as it goes. It changes no result.' },
    { part: 'settings', key: 'seed', label: 'Seed', min: 0, max: 4294967295, step: 1, chapter: '01-tensors', help: 'All chance comes from it: the same seed gives the same model, to the bit.' },
  ] },
  { title: 'Sampling', fields: [
    { part: 'view', key: 'sampler', label: 'Sampler', choices: 'samplers', chapter: '07-sampling', help: 'How the way back from noise is walked, with chance or without.' },
    { part: 'view', key: 'steps', label: 'Steps of the sampler', min: 1, max: 100, step: 1, optional: true, chapter: '07-sampling', help: 'At most T; empty for T. Fewer are faster, and less exact.' },
    { part: 'view', key: 'label', label: 'Label', choices: 'labels', chapter: '08-guidance', help: 'Which part of the data is asked for.' },
    { part: 'view', key: 'guidance', label: 'Guidance w', min: -1, max: 20, step: 0.1, chapter: '08-guidance', help: 'How far the label is exaggerated: 0 is what was learned, -1 ignores the label.' },
    { part: 'view', key: 'from', label: 'Guided from t/T', min: 0, max: 1, step: 0.05, chapter: '08-guidance', help: 'Below this time the label is asked for without guidance.' },
    { part: 'view', key: 'to', label: 'Guided to t/T', min: 0, max: 1, step: 0.05, chapter: '08-guidance', help: 'Above this time the label is asked for without guidance.' },
    { part: 'view', key: 'time', label: 'Noise field at t/T', min: 0, max: 1, step: 0.02, slider: true, chapter: '05-forward', help: 'At which time the arrows of predicted noise are drawn.' },
  ] },
];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function optionsOf(field, choices, classes) {
  if (field.choices === 'labels')
    return [['-1', 'none'], ...Array.from({ length: classes }, (_, label) => [String(label), String(label)])];
  if (field.choices === 'samplers')
    return choices.samplers.map(s => [s.name, `${s.title}${s.order ? `, order ${s.order}` : ', with chance'}`]);
  return choices[field.choices].map(name => [name, words[name] ?? name]);
}

/** Builds the form. `changed(part)` is called after each change; `peaks` is the element that stands below the data. */
export function buildControls(form, choices, state, peaks, changed) {
  const inputs = [];
  for (const group of groups) {
    const fields = element('div', { className: 'fields' });
    for (const field of group.fields) {
      const id = `set-${field.key}`;
      const input = field.choices ? element('select', { id }) : element('input', { id, type: field.slider ? 'range' : 'number', min: field.min, max: field.max, step: field.step });
      input.setAttribute('aria-describedby', `${id}-help`);
      const help = element('p', { className: 'help', id: `${id}-help` }, `${field.help} `, element('a', { href: `/guide/${field.chapter}` }, `Guide: ${chapters[field.chapter]}`));
      fields.append(element('div', { className: 'field' }, element('label', { htmlFor: id }, field.label), input, help));
      input.addEventListener(field.slider ? 'input' : 'change', () => {
        if (!input.checkValidity() || (!field.optional && input.value === '')) {
          input.reportValidity();
          return;
        }

        const isText = field.choices && field.choices !== 'labels';
        state[field.part][field.key] = isText ? input.value : input.value === '' ? null : Number(input.value);
        changed(field.part, field.key);
      });
      inputs.push({ field, input });
    }

    const set = element('fieldset', {}, element('legend', {}, group.title), fields);
    if (group.title === 'Data')
      set.append(peaks);
    form.append(set);
  }

  form.addEventListener('submit', event => event.preventDefault());

  /** Shows what the state says. */
  return function show(classes) {
    for (const { field, input } of inputs) {
      if (field.choices) {
        const options = optionsOf(field, choices, classes);
        if (input.options.length !== options.length)
          input.replaceChildren(...options.map(([value, text]) => element('option', { value }, text)));
      }

      // What is being typed is left alone.
      if (input !== document.activeElement || field.choices)
        input.value = state[field.part][field.key] ?? '';
    }
  };
}

// The peaks of the mixture as a table of numbers.

const columns = [
  ['left', 'left', -2, 2, 0.05], ['right', 'right', -2, 2, 0.05], ['sigma', 'spread', 0.02, 1, 0.01], ['weight', 'weight', 0.01, 100, 0.05],
];
export const mostPeaks = 8;

/** Fills the element with the table. `changed()` is called after each change. */
export function showPeaks(place, settings, changed) {
  place.hidden = settings.data !== 'mixture';
  const { peaks } = settings;
  const values = peaks.flatMap(peak => columns.map(([key]) => peak[key]));
  const inputs = [...place.querySelectorAll('input')];
  if (inputs.length === values.length && inputs.length > 0) {
    inputs.forEach((input, i) => {
      if (input !== document.activeElement)
        input.value = values[i];
    });
    return;
  }

  const table = document.createElement('table');
  table.className = 'peaks';
  const head = table.createTHead().insertRow();
  for (const title of ['peak', ...columns.map(column => column[1])])
    head.append(Object.assign(document.createElement('th'), { textContent: title, scope: 'col' }));
  const body = table.createTBody();
  peaks.forEach((_, index) => {
    const row = body.insertRow();
    row.append(Object.assign(document.createElement('th'), { textContent: index, scope: 'row' }));
    for (const [key, title, min, max, step] of columns) {
      const input = Object.assign(document.createElement('input'), { type: 'number', min, max, step: 'any', value: peaks[index][key], ariaLabel: `Peak ${index}, ${title}` });
      input.dataset.step = step;
      input.addEventListener('change', () => {
        if (input.value === '' || !input.checkValidity()) {
          input.reportValidity();
          return;
        }

        settings.peaks[index][key] = Number(input.value);
        changed();
      });
      row.insertCell().append(input);
    }
  });

  const button = (words, isPossible, act) => {
    const made = Object.assign(document.createElement('button'), { type: 'button', textContent: words, disabled: !isPossible });
    made.addEventListener('click', () => {
      act();
      changed();
    });
    return made;
  };
  const bar = Object.assign(document.createElement('div'), { className: 'bar' });
  bar.append(
    button('Add a peak', peaks.length < mostPeaks, () => settings.peaks.push({ left: 0, right: 0, sigma: 0.1, weight: 0.5 })),
    button('Remove the last', peaks.length > 1, () => settings.peaks.pop()));
  const help = Object.assign(document.createElement('p'), { className: 'help', textContent: 'Each peak is a class: where it is, how wide, and how often it occurs beside the others. ' });
  help.append(Object.assign(document.createElement('a'), { href: '/guide/05-forward', textContent: 'Guide: the forward process' }));
  place.replaceChildren(table, bar, help);
}

// States worth a look, each with a sentence that says at what. They are figures of the study's report, alive.

const peaks = [{ left: -0.35, right: 0.65, sigma: 0.1, weight: 0.35 }, { left: 0.75, right: -0.45, sigma: 0.1, weight: 0.65 }];
const training = { data: 'mixture', peaks, schedule: 'cosine', T: 50, objective: 'noise', network: 'mlp', width: 64, learningRate: 0.005, batch: 128, iterations: 8000, seed: 0 };
const view = { sampler: 'ddpm', steps: null, label: -1, guidance: 0, from: 0, to: 1, time: 0.4, pace: 2000 };
const overlapping = [{ left: -0.4, right: 0.3, sigma: 0.35, weight: 0.5 }, { left: 0.4, right: -0.3, sigma: 0.35, weight: 0.5 }];
const spiral = Array.from({ length: 40 }, (_, i) => {
  const angle = 0.35 * i, far = 0.15 + 0.033 * i;
  return [Math.round(1000 * far * Math.cos(angle)) / 1000, Math.round(1000 * far * Math.sin(angle)) / 1000, -1];
});

export const presets = [
  {
    name: 'Two peaks, T = 50',
    look: 'Two clouds grow out of noise. Watch the loss come down to its floor and stop: the rest is noise that nobody can know. Click to place x_T and follow it.',
    settings: training, view, placed: [[0.3, 0.2], [-1.2, -0.8]],
  },
  {
    name: 'T = 5: why points lie between the peaks',
    look: 'With five steps each is so wide that the best single guess lies between the peaks, and the last step adds no noise to mend it. The exact answer (orange) leaves points there too, so the sampler is to blame and not the network: measure the error budget.',
    settings: { ...training, T: 5, iterations: 5000 }, view, placed: [], layers: ['exact'],
  },
  {
    name: 'Guidance w = 4: pushed away and too narrow',
    look: 'Two wide peaks overlap, and label 0 is asked for with w = 4. The cloud is pushed away from the other peak, out of its ring, and is narrower than the data. The exact answer (orange) does the same. Set w to 0 to see the right one, or guide up to t/T = 0.5 only.',
    settings: { ...training, peaks: overlapping }, view: { ...view, label: 0, guidance: 4 }, placed: [], layers: ['exact'],
  },
  {
    name: 'Eight steps: DDIM',
    look: 'A network that learned v, asked only eight times. Points are left between the peaks, and by the exact denoiser too: measure the error budget, then choose Heun or DPM-Solver++ 2M and measure again.',
    settings: { ...training, objective: 'v' }, view: { ...view, sampler: 'ddim', steps: 8 }, placed: [[0.3, 0.2], [-1.2, -0.8]], layers: ['exact'],
  },
  {
    name: 'Flow: the straight line',
    look: 'Noise and data are joined by straight lines, and the network learns the velocity. Ways are still bent near the start, since they begin as the mean over all data, and nearly straight at the end.',
    settings: { ...training, schedule: 'straight', objective: 'flow' }, view: { ...view, sampler: 'euler', steps: 20 }, placed: [[0.3, 0.2], [-1.2, -0.8], [1.2, 1]], layers: ['exact'],
  },
  {
    name: 'Learned by heart: 40 points',
    look: 'The ideal denoiser of 40 points gives back these points and nothing new: look at the orange ones. The network is smoother, and so it makes new points in between, until it is trained long and wide enough.',
    settings: { ...training, data: 'drawn', points: spiral, objective: 'v', width: 128, iterations: 12000 }, view: { ...view, sampler: 'heun', steps: 20, time: 0.1 }, placed: [], layers: ['exact'],
  },
  {
    name: 'Two moons by label',
    look: 'The same noise, asked for label 0: one moon. Change the label to 1 or none, and the time of the noise field: close to the data its arrows point away from the nearest moon.',
    settings: { ...training, data: 'moons', objective: 'v', width: 128 }, view: { ...view, sampler: 'dpm++2m', steps: 20, label: 0, time: 0.2 }, placed: [],
  },
];

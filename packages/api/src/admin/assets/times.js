// Instants as how long ago or how far ahead they are, with the reader's own clock for who asks.

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'narrow' });
const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** @type {readonly (readonly [number, Intl.RelativeTimeFormatUnit])[]} */
const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** @param {number} seconds how far ahead; negative for the past. */
const inWords = (seconds) => {
  const size = Math.abs(seconds);
  if (size < 2) return 'now';
  const [unit, name] = units.find(([one]) => size >= one) ?? [1, 'second'];
  return relative.format(Math.trunc(seconds / unit), name);
};

/** Brings every instant on the page up to date. */
export const tellTimes = () => {
  const now = Date.now();
  for (const time of document.querySelectorAll('time')) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const text = inWords((at - now) / 1_000);
    if (time.textContent !== text) time.textContent = text;
    time.title ||= local.format(at);
  }
};

export const keepTime = () => {
  tellTimes();
  setInterval(tellTimes, 1_000);
};

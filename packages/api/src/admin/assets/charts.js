// Draws each figure with `data-chart` from the table in it, which stays there for who cannot see it.
import uPlot from './uplot.js';

/** @typedef {{ label: string, color: string, values: (number | null)[] }} Line */
/** @typedef {{ times: number[], lines: Line[] }} Drawing */

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Resolves light-dark() and color-mix(), which a canvas does not know. */
const probe = document.createElement('span');
probe.hidden = true;
/** @param {string} name of a custom property. */
const paint = (name) => {
  probe.style.color = `var(${name})`;
  if (!probe.isConnected) document.body.append(probe);
  return getComputedStyle(probe).color || colour(name);
};

/** @param {Element} figure @returns {Drawing} */
const read = (figure) => {
  const heads = [...figure.querySelectorAll('thead th')].slice(1);
  // The table has the latest first.
  const rows = [...figure.querySelectorAll('tbody tr')].reverse();
  const times = rows.map((row) => Number(row.getAttribute('data-at')));
  const lines = heads.map((head, n) => ({
    label: head.textContent?.trim() ?? '',
    color: head.getAttribute('data-color') ?? '--accent',
    values: rows.map((row) => {
      const value = row.querySelectorAll('td')[n]?.getAttribute('data-value');
      return value === null || value === undefined || value === '' ? null : Number(value);
    }),
  }));
  return { times, lines };
};

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** @param {number} ms */
const length = (ms) => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${+(ms / 1_000).toFixed(1)} s`;
  return `${+(ms / 60_000).toFixed(1)} min`;
};

/** @param {string | undefined} unit @returns {(value: number | null) => string} */
const formatOf = (unit) => (value) => {
  if (value === null || value === undefined) return '–';
  return unit === 'ms' ? length(value) : compact.format(value);
};

const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const both = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** More than this is told in days, in seconds. */
const longSpan = 36 * 3_600;

/** @param {number[]} times in seconds. */
const isLong = (times) => (times.at(-1) ?? 0) - (times[0] ?? 0) > longSpan;

/** Tells the latest values while nobody points at others. @param {uPlot} plot */
const tellLatest = (plot) => {
  if (typeof plot.cursor.idx === 'number') return;
  const [times, ...lines] = plot.data;
  const known = times.findLastIndex((_, n) =>
    lines.some((values) => typeof values[n] === 'number'),
  );
  plot.setLegend({ idx: known < 0 ? times.length - 1 : known }, false);
};

/** @param {string} color as `rgb(…)`. */
const faint = (color) => color.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.08)');

/** @param {Drawing} drawing @param {HTMLElement} place @param {string | undefined} unit */
const optionsOf = ({ times, lines }, place, unit) => {
  const format = formatOf(unit);
  const axis = {
    stroke: paint('--dim'),
    grid: { stroke: paint('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  const [onAxis, inLegend] = isLong(times) ? [days, both] : [hours, hours];
  return /** @type {uPlot.Options} */ ({
    width: place.clientWidth,
    height: 168,
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { size: 6 }, sync: { key: 'overview' } },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 26,
        values: (_plot, splits) => splits.map((at) => onAxis.format(at * 1_000)),
      },
      { ...axis, size: 56, values: (_plot, splits) => splits.map((value) => format(value)) },
    ],
    series: [
      { label: 'At', value: (_plot, at) => (at ? inLegend.format(at * 1_000) : '–') },
      ...lines.map(({ label, color }) => ({
        label,
        stroke: paint(color),
        ...(lines.length < 3 && { fill: faint(paint(color)) }),
        width: 1.5,
        points: { show: false },
        value: (/** @type {uPlot} */ _plot, /** @type {number | null} */ value) => format(value),
      })),
    ],
    hooks: { setCursor: [tellLatest], setData: [tellLatest], ready: [tellLatest] },
  });
};

/** @param {Drawing} drawing @returns {uPlot.AlignedData} */
const dataOf = ({ times, lines }) => [times, ...lines.map(({ values }) => values)];

/** @param {HTMLElement} figure */
const draw = (figure) => {
  const place = figure.querySelector('.plot');
  if (!(place instanceof HTMLElement)) return () => undefined;
  const labels = (/** @type {Drawing} */ { lines }) => lines.map(({ label }) => label).join();
  /** @type {uPlot | undefined} */
  let plot;
  let shown = '';
  const make = () => {
    const drawing = read(figure);
    plot?.destroy();
    place.hidden = false;
    plot = new uPlot(optionsOf(drawing, place, figure.dataset['unit']), dataOf(drawing), place);
    shown = labels(drawing);
  };
  make();
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: 168 })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', make);
  return () => {
    const drawing = read(figure);
    if (labels(drawing) === shown) plot?.setData(dataOf(drawing));
    else make();
  };
};

/** @param {string} changed the event after which the tables may be others. */
export const drawCharts = (changed) => {
  const redraws = [...document.querySelectorAll('figure[data-chart]')].map((figure) =>
    draw(/** @type {HTMLElement} */ (figure)),
  );
  document.addEventListener(changed, () => {
    for (const redraw of redraws) redraw();
  });
};

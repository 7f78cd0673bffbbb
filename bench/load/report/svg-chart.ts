import type { Chart, Line } from './series.ts';

const size = { width: 860, height: 220, left: 64, right: 12, top: 12, bottom: 28 } as const;
const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
} as const;
const ticks = 4;

export const escapeMarkup = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The next of 1, 2, 4, 6, 8, 10, 20, 40 … that is not less: its quarters are short numbers. */
export const roundUp = (value: number): number => {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 8, 10].find((it) => it * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
};

const short = (value: number): string =>
  value >= 10 || value === 0 ? value.toFixed(0) : value.toPrecision(2);

/** Runs of known values: a line has a gap where there is none. */
const runsOf = ({ values }: Line) => {
  const runs: { atMs: number; value: number }[][] = [[]];
  for (const point of values) {
    if (Number.isNaN(point.value)) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
};

type Scale = (value: number) => string;

const axes = (x: Scale, y: Scale, { top, spanMs }: { top: number; spanMs: number }) => {
  const steps = Array.from({ length: ticks + 1 }, (_, n) => n / ticks);
  const rows = steps.map((share) => {
    const at = y(share * top);
    return `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${at}" y2="${at}"/><text x="${size.left - 8}" y="${at}" dy="4" text-anchor="end">${short(share * top)}</text>`;
  });
  const columns = steps.map(
    (share) =>
      `<text x="${x(share * spanMs)}" y="${size.height - 8}" text-anchor="middle">${short((share * spanMs) / 1_000)} s</text>`,
  );
  return `${rows.join('')}${columns.join('')}`;
};

const path = (line: Line, index: number, x: Scale, y: Scale): string =>
  runsOf(line)
    .map((run) => {
      const [first] = run;
      // A single value would be no line: it gets a dot.
      if (run.length === 1 && first) {
        return `<circle class="dot${index % 6}" cx="${x(first.atMs)}" cy="${y(first.value)}" r="2"/>`;
      }
      const points = run.map(({ atMs, value }) => `${x(atMs)},${y(value)}`).join(' ');
      return `<polyline class="line${index % 6}" points="${points}"/>`;
    })
    .join('');

/** A chart over the time of a test, as SVG that stands by itself but for its colours. */
export const svgChart = (
  { title, unit, lines }: Chart,
  { spanMs, marks }: { spanMs: number; marks: readonly { atMs: number; name: string }[] },
): string => {
  const values = lines.flatMap((line) => line.values.map(({ value }) => value));
  const highest = Math.max(0, ...values.filter((value) => !Number.isNaN(value)));
  const top = roundUp(highest);
  const x: Scale = (ms) => (size.left + (Math.min(ms, spanMs) / spanMs) * inner.width).toFixed(1);
  const y: Scale = (value) => (size.top + inner.height * (1 - value / top)).toFixed(1);
  const marked = marks
    .map(
      ({ atMs, name }) =>
        `<line class="mark" x1="${x(atMs)}" x2="${x(atMs)}" y1="${size.top}" y2="${size.top + inner.height}"><title>${escapeMarkup(name)}</title></line>`,
    )
    .join('');
  const legend = lines
    .map(({ name }, index) => `<li class="key${index % 6}">${escapeMarkup(name)}</li>`)
    .join('');
  return `<figure><figcaption>${escapeMarkup(`${title} (${unit})`)}</figcaption><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeMarkup(`${title}, up to ${short(highest)} ${unit}`)}">${axes(x, y, { top, spanMs })}${marked}${lines.map((line, index) => path(line, index, x, y)).join('')}</svg><ul class="legend">${legend}</ul></figure>`;
};

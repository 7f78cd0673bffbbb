import { type Content, type Html, html } from '../shell/html.ts';
import { duration } from '../shell/words.ts';

export interface Line {
  readonly title: string;
  /** A custom property of the style sheet: `--accent`. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the numbers are; milliseconds are shown as durations. */
  readonly unit: 'jobs' | 'jobs a minute' | 'ms';
  /** When each point begins, in milliseconds. */
  readonly moments: readonly number[];
  readonly lines: readonly Line[];
  /** Beside the title. */
  readonly note?: Content;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

const shown = (unit: Chart['unit'], value: number | null): string => {
  if (value === null) return '–';
  return unit === 'ms' ? duration(value) : numbers.format(value);
};

const cell = (unit: Chart['unit'], value: number | null): Html =>
  html`<td class="number" data-value="${value === null ? '' : Math.round(value * 100) / 100}">${shown(unit, value)}</td>`;

const row = ({ unit, moments, lines }: Chart, n: number): Html => {
  const at = new Date(moments[n] ?? 0).toISOString();
  return html`
<tr data-at="${(moments[n] ?? 0) / 1_000}"><th scope="row">${at.slice(5, 16).replace('T', ' ')}</th>${lines.map(({ values }) => cell(unit, values[n] ?? null))}</tr>`;
};

/**
 * A chart: a table, latest first for who reads it, and scripts draw it. The table stays for who cannot
 * see the drawing.
 */
export const chart = (options: Chart): Html => {
  const { id, title, unit, lines, moments, note } = options;
  return html`
<figure class="card chart" data-chart data-unit="${unit}">
<figcaption>${title}<span>${note ?? (unit === 'ms' ? '' : unit)}</span></figcaption>
<div class="plot" aria-hidden="true" hidden></div>
<details>
<summary>As a table<span class="hidden">: ${title}</span></summary>
<div class="scroll" id="${id}" data-live role="region" aria-label="${title}" tabindex="0">
<table>
<caption class="hidden">${title}, ${unit === 'ms' ? 'durations' : unit}; times in UTC</caption>
<thead><tr><th scope="col">UTC</th>${lines.map((line) => html`<th scope="col" class="number" data-color="${line.color}">${line.title}</th>`)}</tr></thead>
<tbody>${moments.map((_, n) => row(options, moments.length - 1 - n))}</tbody>
</table>
</div>
</details>
</figure>`;
};

import { describeDuration } from '../../../packages/shared/src/duration.ts';
import { machineLine } from '../../machine.ts';
import { verdict } from '../../table.ts';
import { milliseconds } from '../criteria.ts';
import type { NamedFigures, Result } from './result.ts';
import { chartsOf } from './series.ts';
import { escapeMarkup, svgChart } from './svg-chart.ts';

const colours = ['#1f6feb', '#d97706', '#dc2626', '#16a34a', '#9333ea', '#0891b2'];

const style = `
:root { color-scheme: light dark; --line: #8884; --quiet: #777; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.scroll { overflow-x: auto; }
figure { margin: 1.5rem 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--quiet); }
.grid { stroke: var(--line); } .mark { stroke: var(--quiet); stroke-dasharray: 3 3; }
.legend { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; margin: 0; padding: 0 0 0 4rem; }
.met { color: #16a34a; } .not { color: #dc2626; font-weight: 600; }
${colours
  .map(
    (colour, n) =>
      `.line${n} { fill: none; stroke: ${colour}; stroke-width: 1.5; } .dot${n} { fill: ${colour}; } .key${n}::before { content: "●"; color: ${colour}; margin-right: .3rem; }`,
  )
  .join('\n')}`;

const htmlTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const cells = (tag: 'td' | 'th', row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div>`;
};

const figureColumns = ['p50', 'p95', 'p99', 'max', 'sent', 'refused', 'errors'];

const figureCells = ({ latencyMs, sent, refused, failed }: NamedFigures): string[] => [
  ...(['p50', 'p95', 'p99', 'max'] as const).map((name) => milliseconds(latencyMs[name])),
  ...[sent, refused, failed].map(String),
];

const criteriaTable = ({ criteria }: Result): string =>
  `<div class="scroll"><table><thead><tr><th>Criterion</th><th>Seen</th><th></th></tr></thead><tbody>${criteria
    .map(
      ({ name, seen, isMet }) =>
        `<tr><td>${escapeMarkup(name)}</td><td>${escapeMarkup(seen)}</td><td class="${isMet ? 'met' : 'not'}">${verdict(isMet)}</td></tr>`,
    )
    .join('')}</tbody></table></div>`;

const paragraphs = ({ findings, processes, cutShort }: Result): string =>
  [
    ...(cutShort === undefined ? [] : [`Cut short: ${cutShort}.`]),
    ...findings,
    ...processes.flatMap(({ name, cores }) =>
      cores === undefined ? [] : [`${name} kept ${cores.toFixed(2)} processors busy.`],
    ),
  ]
    .map((text) => `<p>${escapeMarkup(text)}</p>`)
    .join('');

/** The report as one file that needs no other: it can be kept, and sent to others. */
export const htmlReport = (result: Result): string => {
  const { profile, hasPassed, urls, mix, startedAt, lasted, machine, phases, calls, marks } =
    result;
  const mixed = Object.entries(mix).filter(([, share]) => share > 0);
  const title = `Load test: ${profile}`;
  const reasons = Object.entries(result.reasons).map(([why, times]) => [why, String(times)]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title><style>${style}</style></head><body>
<h1>${escapeMarkup(title)}: <span class="${hasPassed ? 'met' : 'not'}">${hasPassed ? 'passed' : 'not passed'}</span></h1>
<p>${escapeMarkup(urls.join(', '))}, ${escapeMarkup(startedAt)}, ${describeDuration(lasted)}. Mix: ${escapeMarkup(mixed.map(([call, share]) => `${call} ${share}`).join(', '))}. The load came from ${escapeMarkup(machineLine(machine))}.</p>
${criteriaTable(result)}
${paragraphs(result)}
${chartsOf(result)
  .map((chart) => svgChart(chart, { spanMs: lasted, marks }))
  .join('\n')}
<h2>Phases</h2>
${htmlTable(
  ['Phase', 'answers/s', ...figureColumns],
  phases.map((phase) => [phase.name, phase.perSecond.toFixed(1), ...figureCells(phase)]),
)}
<h2>Calls</h2>
${htmlTable(
  ['Call', ...figureColumns],
  calls.map((call) => [call.name, ...figureCells(call)]),
)}
${reasons.length > 0 ? `<h2>What went wrong</h2>${htmlTable(['What', 'Times'], reasons)}` : ''}
</body></html>
`;
};

import { describeDuration } from '../../../packages/shared/src/duration.ts';
import { machineLine } from '../../machine.ts';
import { type Row, table, verdict } from '../../table.ts';
import { milliseconds } from '../criteria.ts';
import type { NamedFigures, Result } from './result.ts';
import { chartsOf, type Line } from './series.ts';
import { sparkline } from './sparkline.ts';

const columns = ['p50', 'p95', 'p99', 'max', 'sent', 'refused', 'errors'] as const;

const cells = ({ latencyMs, sent, refused, failed }: NamedFigures): string[] => [
  ...(['p50', 'p95', 'p99', 'max'] as const).map((name) => milliseconds(latencyMs[name])),
  ...[sent, refused, failed].map(String),
];

const phaseTable = ({ phases }: Result): string =>
  table([
    ['phase', 'answers/s', ...columns],
    ...phases.map((phase): Row => [phase.name, phase.perSecond.toFixed(1), ...cells(phase)]),
  ]);

const callTable = ({ calls }: Result): string =>
  table([['call', ...columns], ...calls.map((call): Row => [call.name, ...cells(call)])]);

const chartRow = (title: string, unit: string, { name, values }: Line): Row => {
  const numbers = values.map(({ value }) => value);
  const top = Math.max(0, ...numbers.filter((value) => !Number.isNaN(value)));
  return [`${title}: ${name}`, sparkline(numbers), `to ${top.toFixed(top < 10 ? 1 : 0)} ${unit}`];
};

/** Charts begin at the same moment: under one another. */
const alignLeft = (rows: readonly Row[]): Row[] => {
  const width = Math.max(...rows.map(([, bars = '']) => bars.length));
  return rows.map(([name, bars = '', ...more]) => [name, bars.padEnd(width), ...more]);
};

const charts = (result: Result): string =>
  table(
    alignLeft(
      chartsOf(result).flatMap(({ title, unit, lines }) =>
        lines.map((line) => chartRow(title, unit, line)),
      ),
    ),
  );

const processLines = ({ processes }: Result): string[] =>
  processes.flatMap(({ name, cores }) =>
    cores === undefined ? [] : [`${name} kept ${cores.toFixed(2)} processors busy.`],
  );

const maxReasons = 10;

const reasonTable = ({ reasons }: Result): string[] => {
  const rows = Object.entries(reasons).map(([why, times]): Row => [why, String(times)]);
  return rows.length === 0 ? [] : [table([['went wrong', 'times'], ...rows.slice(0, maxReasons)])];
};

const criteriaTable = ({ criteria }: Result): string =>
  table([
    ['criterion', 'seen', ''],
    ...criteria.map(({ name, seen, isMet }): Row => [name, seen, verdict(isMet)]),
  ]);

/** The report for a terminal. */
export const textReport = (result: Result): string => {
  const { profile, urls, mix, lasted, machine, findings, hasPassed, cutShort } = result;
  const mixed = Object.entries(mix).filter(([, share]) => share > 0);
  return [
    [
      `${profile}: ${urls.join(', ')}, ${describeDuration(lasted)}`,
      `Mix: ${mixed.map(([call, share]) => `${call} ${share}`).join(', ')}. The load came from ${machineLine(machine)}.`,
    ].join('\n'),
    phaseTable(result),
    callTable(result),
    charts(result),
    ...reasonTable(result),
    [...findings, ...processLines(result)].join('\n'),
    criteriaTable(result),
    ...(cutShort === undefined ? [] : [`Cut short: ${cutShort}.`]),
    hasPassed ? 'PASSED' : 'NOT PASSED',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

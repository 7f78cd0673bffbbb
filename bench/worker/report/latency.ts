import { machineLine } from '../../machine.ts';
import { median, percentile } from '../../percentiles.ts';
import type { Findings } from '../../run-bench.ts';
import { type Row, table } from '../../table.ts';
import type { Latency, LatencyRound } from '../latency.ts';

const columns = { p50: 0.5, p90: 0.9, p99: 0.99, max: 1 } as const;
type Column = keyof typeof columns;
const names = Object.keys(columns) as readonly Column[];

const spreadOf = (rounds: readonly LatencyRound[], whose: keyof LatencyRound) => {
  const middle = (share: number) => median(rounds.map((round) => percentile(round[whose], share)));
  return Object.fromEntries(names.map((name) => [name, middle(columns[name])])) as Record<
    Column,
    number
  >;
};

export const latencyFindings = ({ plan, machine, perSecond, rounds }: Latency): Findings => {
  const spreads = { drover: spreadOf(rounds, 'drover'), bare: spreadOf(rounds, 'bare') };
  const row = (name: string, of: (column: Column) => number): Row => [
    `  ${name}`,
    ...names.map((column) => of(column).toFixed(2)),
  ];
  const text = [
    table([
      [`From enqueuing to the start, ms, at ${perSecond} jobs/s`, ...names],
      row('Drover', (column) => spreads.drover[column]),
      row('bare BullMQ', (column) => spreads.bare[column]),
      row('ratio', (column) => spreads.drover[column] / spreads.bare[column]),
    ]),
    [
      `${plan.load * 100} % of what Drover's worker does with jobs that wait already, concurrency ${plan.concurrency}; the same for bare`,
      'BullMQ. Open loop: jobs come when they come (a Poisson process), and the time counts from when',
      "each was to be added by the benchmark, with the code of Drover's API, to when its handler is called.",
      `${plan.rounds} rounds of ${plan.roundMs / 1_000} s of each in turn; medians of the rounds.`,
      `${machineLine(machine)}, Redis ${machine.redis}`,
    ].join('\n'),
  ].join('\n\n');
  return { json: { unit: 'ms', plan, machine, perSecond, ...spreads }, text };
};

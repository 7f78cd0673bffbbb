import { type Machine, machineLine } from '../machine.ts';
import { percentile } from '../percentiles.ts';
import { table, verdict } from '../table.ts';
import type { Fired } from './firing.ts';
import type { Round } from './reconciling.ts';

/** What the issue promises, in milliseconds. */
const lagP99Ms = 250;
const reconcileMs = 10_000;

export interface Results {
  readonly machine: Machine;
  readonly schedules: number;
  readonly first: Round;
  readonly second: Round;
  readonly watchedMs: number;
  readonly fired: Fired;
}

const lagsOf = (samples: readonly number[]) => ({
  p50: percentile(samples, 0.5),
  p99: percentile(samples, 0.99),
  max: percentile(samples, 1),
});

const figuresOf = ({ fired: { firings, due } }: Results) => ({
  slots: due,
  fired: firings.length,
  decided: lagsOf(firings.map((it) => it.decidedAfterMs)),
  started: lagsOf(firings.map((it) => it.startedAfterMs)),
});

export const toJson = (results: Results) => {
  const { machine, schedules, first, second, watchedMs } = results;
  return { machine, schedules, first, second, watchedMs, lag: figuresOf(results) };
};

const ms = (value: number): string => `${Math.round(value)} ms`;

export const toText = (results: Results): string => {
  const { machine, schedules, first, second, watchedMs } = results;
  const { slots, fired, decided, started } = figuresOf(results);
  const lag = (name: string, it: typeof decided) =>
    [name, ms(it.p50), ms(it.p99), ms(it.max)] as const;
  return [
    machineLine(machine),
    '',
    `${schedules} schedules, each due every 15 minutes, spread evenly over these.`,
    '',
    table([
      ['reconciling', 'took', 'written'],
      ['all of them missing', ms(first.ms), String(first.report.restored)],
      ['all as they should be', ms(second.ms), String(second.report.restored)],
    ]),
    `10 000 in 10 s or less: ${verdict(first.ms <= reconcileMs)}`,
    '',
    `${fired} of ${slots} slots fired in ${watchedMs / 1_000} s, one worker process.`,
    '',
    table([
      ['from the slot', 'p50', 'p99', 'max'],
      lag('to the decision', decided),
      lag('to the start of its job', started),
    ]),
    `Firing lag, p99, 250 ms or less: ${verdict(fired === slots && started.p99 <= lagP99Ms)}`,
  ].join('\n');
};

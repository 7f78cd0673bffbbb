import { type Machine, machineLine } from '../machine.ts';
import { percentile } from '../percentiles.ts';
import { table, verdict } from '../table.ts';

/** Times in milliseconds, one a sample. */
export interface Results {
  readonly machine: Machine;
  readonly loader: readonly number[];
  readonly redis: readonly number[];
  readonly memory: readonly number[];
  /** From the call of `delete` to the word of another process that it has dropped its copy. */
  readonly invalidation: readonly number[];
}

/** The promise: other processes drop a value within so many milliseconds. */
const invalidationMs = 50;
/** The promise: the cache is so many times faster than the loader, at the median. */
const factor = 500;

const places = ['memory', 'redis', 'loader'] as const;

/** The figures, their ratios and the verdicts, for programs. */
export const toJson = (results: Results) => {
  const p50 = (name: (typeof places)[number]) => percentile(results[name], 0.5);
  const p99Invalidation = percentile(results.invalidation, 0.99);
  const ratio = (name: (typeof places)[number]) => p50('loader') / p50(name);
  return {
    unit: 'ms',
    machine: results.machine,
    reads: places.map((name) => ({
      name,
      p50: p50(name),
      p99: percentile(results[name], 0.99),
      timesFaster: ratio(name),
    })),
    memoryMet: ratio('memory') >= factor,
    invalidation: { p50: percentile(results.invalidation, 0.5), p99: p99Invalidation },
    invalidationMet: p99Invalidation <= invalidationMs,
  };
};

/** The same for people. */
export const toText = (results: Results): string => {
  const { reads, memoryMet, invalidation, invalidationMet } = toJson(results);
  return [
    table([
      ['A read, in ms', 'p50', 'p99', 'times faster'],
      ...reads.map(
        ({ name, p50, p99, timesFaster }) =>
          [`  ${name}`, p50.toFixed(4), p99.toFixed(4), timesFaster.toFixed(1)] as const,
      ),
    ]),
    `From memory at least ${factor} times faster than the loader: ${verdict(memoryMet)}`,
    '',
    `Another process drops its copy after ${invalidation.p50.toFixed(2)} ms (p50), ` +
      `${invalidation.p99.toFixed(2)} ms (p99), its answer included.`,
    `At most ${invalidationMs} ms: ${verdict(invalidationMet)}`,
    '',
    machineLine(results.machine),
  ].join('\n');
};

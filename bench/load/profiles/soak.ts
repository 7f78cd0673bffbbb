import { median } from '../../percentiles.ts';
import { type Criterion, judge, milliseconds } from '../criteria.ts';
import type { Profile } from './profile.ts';
import { steadily } from './steadily.ts';

/** Growth that counts as none: a part of what it was, and an amount below which all is noise. */
const allowed = {
  latency: { part: 0.5, amount: 20 },
  memory: { part: 0.2, amount: 64 * 2 ** 20 },
} as const;

interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Medians of the first and the last quarter of a stretch of time: what lies between is drift. */
export const quarters = (
  samples: readonly Sample[],
  [fromMs, toMs]: readonly [number, number],
): { first: number; last: number } => {
  const quarter = (toMs - fromMs) / 4;
  const medianOf = (from: number, to: number) =>
    median(samples.filter(({ atMs }) => atMs >= from && atMs <= to).map(({ value }) => value));
  return {
    first: medianOf(fromMs, fromMs + quarter),
    last: medianOf(toMs - quarter, toMs),
  };
};

const judgeDrift = (
  name: string,
  { first, last }: { first: number; last: number },
  kind: keyof typeof allowed,
  show: (value: number) => string,
): Criterion => {
  const { part, amount } = allowed[kind];
  return {
    name: `${name} grows by < ${part * 100} % or < ${show(amount)}`,
    seen: `${show(first)} to ${show(last)}`,
    isMet: last - first < Math.max(amount, first * part),
  };
};

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A steady load for long: held against the criteria, and against its own beginning. */
export const soak: Profile = async (stage) => {
  const { session, processes } = stage;
  const { rise, steady } = await steadily(stage);
  const span = [steady.fromMs, steady.toMs] as const;
  const latencies = session.timeline
    .points()
    .map(({ atMs, p95 }) => ({ atMs, value: p95 }))
    .filter(({ value }) => !Number.isNaN(value));
  const memories = processes().filter(({ memory }) => memory.length > 0);
  return {
    phases: [rise, steady],
    criteria: [
      ...judge(steady.tally.figures()),
      judgeDrift('p95', quarters(latencies, span), 'latency', milliseconds),
      ...memories.map(({ name, memory }) =>
        judgeDrift(`memory of ${name}`, quarters(memory, span), 'memory', mebibytes),
      ),
    ],
    findings: [],
  };
};

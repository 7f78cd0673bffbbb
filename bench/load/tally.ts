import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Call, Outcome } from './sending/calls.ts';

export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What became of requests. */
export interface Figures {
  readonly sent: number;
  readonly ok: number;
  readonly refused: number;
  readonly failed: number;
  /**
   * From when the request was due to the whole right answer, in milliseconds; of waits, which take as
   * long as their jobs, only where there is nothing else. NaN where there was no right answer.
   */
  readonly latencyMs: Latency;
}

/** Longest latency that is told from longer ones, in microseconds. */
const longestUs = 120_000_000;

/** Percentiles to a tenth of a percent, in a memory that does not grow. */
export const latencyHistogram = (): RecordableHistogram =>
  createHistogram({ lowest: 1, highest: longestUs, figures: 3 });

export const recordMs = (histogram: RecordableHistogram, ms: number): void =>
  histogram.record(Math.min(longestUs, Math.max(1, Math.round(ms * 1_000))));

const none: Latency = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, max: Number.NaN };

const latencyOf = (histogram: RecordableHistogram): Latency =>
  histogram.count === 0
    ? none
    : {
        p50: histogram.percentile(50) / 1_000,
        p95: histogram.percentile(95) / 1_000,
        p99: histogram.percentile(99) / 1_000,
        max: histogram.max / 1_000,
      };

/** Counts requests and their latencies. */
export interface Tally {
  record(call: Call, latencyMs: number, outcome: Outcome): void;
  figures(): Figures;
}

export const createTally = (): Tally => {
  const counts = { ok: 0, refused: 0, failed: 0 };
  const prompt = latencyHistogram();
  const waits = latencyHistogram();
  return {
    record: (call, latencyMs, { kind }) => {
      counts[kind] += 1;
      if (kind === 'ok') recordMs(call === 'wait' ? waits : prompt, latencyMs);
    },
    figures: () => ({
      ...counts,
      sent: counts.ok + counts.refused + counts.failed,
      latencyMs: latencyOf(prompt.count > 0 ? prompt : waits),
    }),
  };
};

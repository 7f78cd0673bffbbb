import { percentile } from '../percentiles.ts';
import type { Call, Outcome } from './sending/calls.ts';

/** What became of the requests that were due within a stretch of time. */
export interface Point {
  /** Middle of the stretch, in milliseconds from the start of the test. */
  readonly atMs: number;
  /** Right answers a second. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly refused: number;
  readonly failed: number;
}

/** Latencies of a stretch are kept until so long after it; what comes later counts without them. */
const keptMs = 60_000;

interface Stretch {
  ok: number;
  refused: number;
  failed: number;
  latencies: number[] | undefined;
  point?: Point;
}

/** The course of a test, in stretches of one length. */
export interface Timeline {
  record(dueMs: number, call: Call, latencyMs: number, outcome: Outcome): void;
  /** @param untilMs end of the load, in milliseconds from the start: the last stretch may be a short one. */
  points(untilMs?: number): readonly Point[];
}

/** @param isMeasured whether the latency of a call counts; all calls are counted. */
export const createTimeline = (
  stretchMs: number,
  isMeasured: (call: Call) => boolean,
): Timeline => {
  const stretches = new Map<number, Stretch>();
  const keptStretches = Math.ceil(keptMs / stretchMs) + 1;
  let newest = 0;

  const pointOf = (n: number, { ok, refused, failed, latencies }: Stretch): Point => ({
    atMs: (n + 0.5) * stretchMs,
    perSecond: (ok * 1_000) / stretchMs,
    p50: percentile(latencies ?? [], 0.5),
    p95: percentile(latencies ?? [], 0.95),
    p99: percentile(latencies ?? [], 0.99),
    refused,
    failed,
  });

  /** Keeps the figures of an old stretch and lets go of its latencies. */
  const close = (n: number) => {
    const stretch = stretches.get(n);
    if (stretch?.latencies === undefined) return;
    stretch.point = pointOf(n, stretch);
    stretch.latencies = undefined;
  };

  const stretchOf = (n: number): Stretch => {
    const known = stretches.get(n);
    if (known) return known;
    const stretch: Stretch = { ok: 0, refused: 0, failed: 0, latencies: [] };
    stretches.set(n, stretch);
    for (; newest < n; newest += 1) close(newest - keptStretches);
    return stretch;
  };

  return {
    record: (dueMs, call, latencyMs, { kind }) => {
      const stretch = stretchOf(Math.floor(dueMs / stretchMs));
      stretch[kind] += 1;
      if (kind === 'ok' && isMeasured(call)) stretch.latencies?.push(latencyMs);
    },
    points: (untilMs = Number.POSITIVE_INFINITY) =>
      [...stretches]
        .toSorted(([a], [b]) => a - b)
        .map(([n, stretch]) => {
          const now = pointOf(n, stretch);
          const { p50, p95, p99 } = stretch.point ?? now;
          const ms = Math.min(stretchMs, untilMs - n * stretchMs);
          const perSecond = ms > 0 ? (stretch.ok * 1_000) / ms : 0;
          return { ...now, perSecond, p50, p95, p99 };
        }),
  };
};

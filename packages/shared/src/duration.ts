import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

/** The longest duration taken anywhere: 10 years. Longer ones are nearly always a wrong unit. */
export const maxDurationMs = 3_650 * unitMs.d;

/** A span of time as people write it: `"250ms"`, `"30s"`, `"5m"`, `"24h"`, `"7d"`, or whole milliseconds. */
export type Duration = string | number;

/**
 * Milliseconds of a {@link Duration}.
 * @returns undefined when the text is not a duration, is negative or is longer than ten years.
 */
export const parseDuration = (value: Duration): number | undefined => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value).trim());
  if (!match) return undefined;
  const ms = Math.round(Number(match[1]) * unitMs[(match[2] ?? 'ms') as Unit]);
  return ms <= maxDurationMs ? ms : undefined;
};

/** Schema of a {@link Duration}; its output is milliseconds. */
export const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  context.addIssue({
    code: 'custom',
    message: 'expected a duration such as "250ms", "30s", "5m", "24h" or whole milliseconds',
  });
  return z.NEVER;
});

/** Longest wait that a timer of Node can keep: 24.8 days. Beyond it a timer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Schema of a {@link Duration} that a timer will wait for. */
export const timerDuration = duration.refine((ms) => ms <= maxTimerMs, 'expected 24 days at most');

/** A length of time for people: `950 ms`, `2.5 s`, `3 min`. */
export const describeDuration = (ms: number): string => {
  if (ms < unitMs.s) return `${Math.round(ms)} ms`;
  if (ms < unitMs.m) return `${Math.round(ms / 100) / 10} s`;
  if (ms < unitMs.h) return `${Math.round(ms / 6_000) / 10} min`;
  return `${Math.round(ms / 360_000) / 10} h`;
};

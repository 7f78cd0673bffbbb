import { z } from 'zod';
import { parseDuration } from '../duration.ts';

/** How many jobs may be started in a window of time. */
export interface QueueRate {
  readonly max: number;
  /** The window, in milliseconds. */
  readonly per: number;
}

/** Most jobs of a window; and its length, in milliseconds. */
export const maxRate = 1_000_000;
export const shortestWindowMs = 100;
export const longestWindowMs = 86_400_000;

const entryPattern = /^([a-z][a-z0-9-]*)\s*=\s*(.+)$/;

/** A rate as people write it: `100/1m`; undefined when it is none, or out of bounds. */
export const parseRate = (text: string): QueueRate | undefined => {
  const [, digits = '', window = ''] = /^(\d{1,7})\/(\w[\w.]*)$/.exec(text.trim()) ?? [];
  const max = Number(digits);
  const per = parseDuration(window) ?? 0;
  const fits = max >= 1 && max <= maxRate && per >= shortestWindowMs && per <= longestWindowMs;
  return fits ? { max, per } : undefined;
};

/** The entries of a list `queue=value`, or the one that is wrong. */
const parseEntries = <T>(
  text: string,
  parse: (value: string) => T | undefined,
): Record<string, T> | string => {
  const byQueue: Record<string, T> = {};
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, queue = '', value = ''] = entryPattern.exec(entry) ?? [];
    const parsed = parse(value);
    if (parsed === undefined || Object.hasOwn(byQueue, queue)) return entry;
    byQueue[queue] = parsed;
  }
  return byQueue;
};

const byQueue = <T>(parse: (value: string) => T | undefined, expected: string) =>
  z.string().transform((text, context): Readonly<Record<string, T>> => {
    const parsed = parseEntries(text, parse);
    if (typeof parsed !== 'string') return parsed;
    context.addIssue({ code: 'custom', message: `expected ${expected}, not "${parsed}"` });
    return z.NEVER;
  });

/** Schema of a list of `queue=jobs`, one entry for a queue. */
export const jobsByQueue = (most: number) =>
  byQueue((value) => {
    const jobs = /^\d{1,6}$/.test(value.trim()) ? Number(value) : 0;
    return jobs >= 1 && jobs <= most ? jobs : undefined;
  }, `queue=jobs pairs, one for a queue and 1 to ${most} jobs each, such as media=2,mail=10`);

/** Schema of `QUEUE_LIMITS`: entries `queue=jobs/window`, one for a queue. */
export const queueLimits = byQueue(
  parseRate,
  `queue=jobs/window entries, one for a queue, 1 to ${maxRate} jobs and 100ms to 24h each, such as mail=100/1m`,
);

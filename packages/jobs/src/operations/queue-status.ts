import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import type { QueueStatus } from '../contract/operations.ts';
import { type QueueName, queueNames } from '../definition/queues.ts';
import type { LimitsByQueue } from './configured-limits.ts';
import { type FinishedByMinute, type QueueFigures, readFigures } from './queue-figures.ts';
import { readOverrides, toSettings } from './queue-overrides.ts';

/** Rates are means over this many full minutes. */
const rateMinutes = 5;

/** BullMQ keeps that many minutes of what has finished; bull-board draws them. */
export const keptMinutes = 60;

const minuteOf = (ms: number): number => Math.floor(ms / 60_000);

/** Jobs a minute over the last full minutes; BullMQ writes a minute down when a job of a later one ends. */
const perMinute = (by: FinishedByMinute, now: number): number => {
  const openMinute = minuteOf(by.since);
  const finishedIn = (minute: number): number => {
    if (minute > openMinute) return 0;
    if (minute === openMinute) return by.count - by.countBefore;
    return by.earlier[openMinute - 1 - minute] ?? 0;
  };
  let finished = 0;
  for (let back = 1; back <= rateMinutes; back += 1) finished += finishedIn(minuteOf(now) - back);
  return finished / rateMinutes;
};

/** A status without its settings, which are one for all partitions. */
type Figures = Omit<QueueStatus, 'settings'>;

/** Figures as a status; an index may name jobs that are no longer in the set that it divides. */
const toStatus = (name: string, figures: QueueFigures, now: number): Figures => {
  const retrying = Math.min(figures.retrying, figures.delayed);
  const canceled = Math.min(figures.canceled, figures.failed);
  const expired = Math.min(figures.expired, figures.failed - canceled);
  return {
    name,
    paused: figures.paused,
    counts: {
      scheduled: figures.delayed - retrying,
      blocked: figures.waitingChildren,
      queued: figures.waiting,
      running: figures.active,
      retrying,
      succeeded: figures.completed,
      failed: figures.failed - canceled - expired,
      canceled,
      expired,
    },
    oldestQueuedMs: figures.oldestDueAt === undefined ? null : now - figures.oldestDueAt,
    rates: {
      succeededPerMinute: perMinute(figures.completedByMinute, now),
      failedPerMinute: perMinute(figures.failedByMinute, now),
    },
  };
};

const older = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** Without the dust that adding fractions leaves. */
const sumOfRates = (one: number, other: number): number =>
  Math.round((one + other) * rateMinutes) / rateMinutes;

/** The status of a queue over two of its parts. */
const together = (one: Figures, other: Figures): Figures => {
  const counts = { ...one.counts };
  for (const status of Object.keys(counts) as (keyof Figures['counts'])[]) {
    counts[status] += other.counts[status];
  }
  return {
    name: one.name,
    // Jobs of a partition that is not paused are started.
    paused: one.paused && other.paused,
    counts,
    oldestQueuedMs: older(one.oldestQueuedMs, other.oldestQueuedMs),
    rates: {
      succeededPerMinute: sumOfRates(one.rates.succeededPerMinute, other.rates.succeededPerMinute),
      failedPerMinute: sumOfRates(one.rates.failedPerMinute, other.rates.failedPerMinute),
    },
  };
};

/** Where the queues are. */
export interface QueuePlaces {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly partitions: number;
}

/** Where the queues are, and what is configured of them. */
export type ConfiguredPlaces = QueuePlaces & { readonly configured: LimitsByQueue };

const readOne = async (places: QueuePlaces, name: QueueName): Promise<Figures> => {
  const now = Date.now();
  const parts = await Promise.all(
    Array.from({ length: places.partitions }, async (_, partition) =>
      toStatus(name, await readFigures(places, name, partition, now), now),
    ),
  );
  return parts.reduce(together);
};

/** All commands are sent at once, so it is one round trip to each partition. */
const readAll = async (
  places: ConfiguredPlaces,
  names: readonly QueueName[],
): Promise<QueueStatus[]> => {
  const [overridesOf, figures] = await Promise.all([
    readOverrides(places),
    Promise.all(names.map((name) => readOne(places, name))),
  ]);
  return names.map((name, n) => ({
    ...(figures[n] as Figures),
    settings: toSettings(places.configured[name], overridesOf(name)),
  }));
};

/** The status of a queue over all partitions. */
export const readQueueStatus = async (
  places: ConfiguredPlaces,
  name: QueueName,
): Promise<QueueStatus> => {
  const [status] = await readAll(places, [name]);
  return status as QueueStatus;
};

/** The status of every queue. */
export const readQueueStatuses = (places: ConfiguredPlaces): Promise<QueueStatus[]> =>
  readAll(places, queueNames);

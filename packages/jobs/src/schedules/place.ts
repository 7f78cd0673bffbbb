import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { RedisClient } from '@drover/shared/redis/client';
import { Queue, type RepeatStrategy } from 'bullmq';
import { nextSlot, type Timing } from './slots.ts';

/**
 * The internal queue of the schedules, in the first partition: each has a BullMQ job scheduler there,
 * whose jobs do nothing but submit the real one. Nothing of it is a job of a client.
 */
export const scheduleQueue = 'schedules';
export const schedulePartition = 0;

const everyPrefix = 'every ';

/** A timing as BullMQ keeps it: intervals are patterns of ours, so that their slots are ours, too. */
export const toRepeat = (timing: Timing): { pattern: string; tz?: string } =>
  'every' in timing
    ? { pattern: `${everyPrefix}${timing.every}` }
    : { pattern: timing.cron, tz: timing.timezone };

/** Reads what {@link toRepeat} has written. */
export const toTiming = (pattern: string, tz: string | undefined): Timing =>
  pattern.startsWith(everyPrefix)
    ? { every: Number(pattern.slice(everyPrefix.length)) }
    : { cron: pattern, timezone: tz || 'UTC' };

/** How BullMQ asks for the slot after an instant, in whichever process it does. */
export const repeatStrategy: RepeatStrategy = (after, { pattern, tz }) =>
  nextSlot(toTiming(pattern ?? '', tz), after);

/** Where the schedules are, and the component that closes it. */
export interface SchedulePlace {
  readonly queue: Queue;
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly component: Component;
}

export const createSchedulePlace = (options: {
  redis: RedisClient;
  keys: Keys;
  log: Log;
}): SchedulePlace => {
  const { redis, keys, log } = options;
  const queue = new Queue(scheduleQueue, {
    connection: redis,
    prefix: keys.partition(schedulePartition),
    skipMetasUpdate: true,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    settings: { repeatStrategy },
  });
  // The connection's own listeners report losses.
  queue.on('error', (err) => log.debug({ queue: scheduleQueue, reason: err.message }, 'queue'));
  return {
    queue,
    redis,
    keys,
    component: {
      name: 'schedules',
      start: async () => undefined,
      stop: () => queue.close(),
    },
  };
};

/** The key of a schedule's job scheduler, or with `''` what these begin with; and the set of all. */
export const repeatKey = (keys: Keys, schedule?: string): string =>
  keys.inQueue(
    scheduleQueue,
    schedulePartition,
    schedule === undefined ? 'repeat' : `repeat:${schedule}`,
  );

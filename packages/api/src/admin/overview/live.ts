import type { QueueStatus, WorkerStatus } from '@drover/jobs/contract/operations';
import { type Group, groupDeadLetters } from '@drover/jobs/dead-letters/groups';
import { deadLettersOf, prefixOf } from '@drover/jobs/dead-letters/place';
import { readQueueStatuses } from '@drover/jobs/operations/queue-status';
import {
  type LostWorker,
  listLostWorkers,
  listWorkers,
} from '@drover/jobs/operations/worker-record';
import { repeatKey } from '@drover/jobs/schedules/place';
import type { OverviewParts } from './parts.ts';

/** Failures of this long count as now, and this long tells whether dead letters grow; milliseconds. */
export const nowMs = 15 * 60_000;
export const growthMs = 3_600_000;

/** A schedule is silent when its slot passed so long ago and nothing fired; milliseconds. */
const silentAfterMs = 60_000;

/** Most silent schedules that are named. */
const maxNamed = 5;

/** The state of everything, as Redis has it now. */
export interface Live {
  readonly queues: readonly QueueStatus[];
  readonly workers: readonly WorkerStatus[];
  readonly lost: readonly LostWorker[];
  /** The causes of the dead letters of the last minutes. */
  readonly failing: readonly Group[];
  readonly deadLetters: { readonly all: number; readonly lately: number };
  /** Schedules as `tenant/id`, and how many more there are. */
  readonly silent: { readonly names: readonly string[]; readonly more: number };
}

const countDeadLetters = async ({ queues, partitions }: OverviewParts, now: number) => {
  const counts = await Promise.all(
    Array.from({ length: partitions }, async (_, partition) => {
      const key = `${prefixOf(queues.keys, partition)}failed`;
      const [all, lately] = await Promise.all([
        queues.redis.zcard(key),
        queues.redis.zcount(key, now - growthMs, '+inf'),
      ]);
      return { all, lately };
    }),
  );
  return counts.reduce((one, other) => ({
    all: one.all + other.all,
    lately: one.lately + other.lately,
  }));
};

const readSilent = async ({ queues: { redis, keys } }: OverviewParts, now: number) => {
  const range = [repeatKey(keys), '-inf', now - silentAfterMs] as const;
  const [names, count] = await Promise.all([
    redis.zrangebyscore(...range, 'LIMIT', 0, maxNamed),
    redis.zcount(...range),
  ]);
  return { names, more: Math.max(0, count - names.length) };
};

/** All is asked at once. @throws errors of Redis. */
export const readLive = async (parts: OverviewParts): Promise<Live> => {
  const { queues, partitions, queueLimits } = parts;
  const now = Date.now();
  const places = { redis: queues.redis, keys: queues.keys, partitions, configured: queueLimits };
  const letters = deadLettersOf(queues, partitions);
  const [statuses, workers, lost, failing, deadLetters, silent] = await Promise.all([
    readQueueStatuses(places),
    listWorkers(queues),
    listLostWorkers(queues),
    groupDeadLetters(letters, { tenant: null, since: now - nowMs }),
    countDeadLetters(parts, now),
    readSilent(parts, now),
  ]);
  return { queues: statuses, workers, lost, failing, deadLetters, silent };
};

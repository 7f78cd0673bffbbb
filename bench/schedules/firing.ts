import { scheduleKey } from '../../packages/jobs/src/schedules/definition.ts';
import { readRuns } from '../../packages/jobs/src/schedules/runs.ts';
import { type JobAddress, parseJobId } from '../../packages/shared/src/job-id.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import type { Log } from '../../packages/shared/src/log.ts';
import { createQueueSet } from '../../packages/shared/src/queues/queue-set.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import { keyPrefix } from '../drover.ts';
import { period, scheduleAt } from './define.ts';

/** From a slot to what became of it, in milliseconds. */
export interface Firing {
  readonly decidedAfterMs: number;
  /** A worker had begun with its job. */
  readonly startedAfterMs: number;
}

/** How the slots of a period were fired. */
export interface Fired {
  readonly firings: readonly Firing[];
  /** Slots of the period, whether they were fired or not. */
  readonly due: number;
}

/** Looks up every slot from `since` up to `until`. */
export const readFirings = async (
  redisUrl: string,
  count: number,
  { since, until }: { since: number; until: number },
  log: Log,
): Promise<Fired> => {
  const redis = createRedis({ url: redisUrl, purpose: 'worker', name: 'bench', log });
  const queues = createQueueSet({ redis, keys: createKeys(keyPrefix), log });
  const firings: Firing[] = [];
  for (let n = 0; n < count; n += 1) {
    const { byName } = await readRuns(queues, scheduleKey(scheduleAt(n)));
    for (const { slot, at, job = '' } of byName.values()) {
      if (slot < since || slot >= until) continue;
      const stored = await queues.read(parseJobId(job) as JobAddress);
      firings.push({
        decidedAfterMs: at - slot,
        startedAfterMs: (stored?.processedOn ?? Number.POSITIVE_INFINITY) - slot,
      });
    }
  }
  await queues.stop(deadlineIn(1_000));
  await redisComponent(redis).stop(deadlineIn(1_000));
  const seconds = new Set<number>();
  for (let ms = since; ms < until; ms += 1_000) seconds.add((ms / 1_000) % period);
  const due = Array.from({ length: count }, (_, n) => n % period).filter((it) => seconds.has(it));
  return { firings, due: due.length };
};

import { type ScheduleDefinition, scheduleFingerprint, scheduleKey } from './definition.ts';
import { repeatKey, type SchedulePlace, toRepeat } from './place.ts';

/** What BullMQ keeps of a schedule, and gives to each of its jobs. The fingerprint comes first. */
interface Template {
  fingerprint: string;
  definition: ScheduleDefinition;
}

/** How BullMQ asks the worker of the schedules for the delay before the next attempt. */
export const fireBackoff = 'fire';

/** It is tried again for as long as it takes: a slot that is due does not run out. */
export const fireOptions = { attempts: 1_000_000, backoff: { type: fireBackoff } } as const;

/**
 * Writes a schedule through to BullMQ, in the place of what was there under its name. The slot that
 * it waits for is counted anew, and one that is due and not yet claimed is dropped.
 * @throws Redis errors.
 */
export const installSchedule = async (
  { queue }: SchedulePlace,
  definition: ScheduleDefinition,
): Promise<void> => {
  const data: Template = { fingerprint: scheduleFingerprint(definition), definition };
  await queue.upsertJobScheduler(scheduleKey(definition), toRepeat(definition.timing), {
    name: definition.job.type,
    data,
    opts: fireOptions,
  });
};

/** Takes a schedule out of BullMQ; what it has done is forgotten unless it may come back. */
export const uninstallSchedule = async (
  { queue, redis, keys }: SchedulePlace,
  schedule: string,
  { forget }: { forget: boolean },
): Promise<void> => {
  await queue.removeJobScheduler(schedule);
  if (!forget) return;
  await redis.multi().del(keys.scheduleRuns(schedule)).hdel(keys.scheduleRepairs, schedule).exec();
};

/** A schedule as BullMQ has it now; undefined when it is not there: gone, or not enabled. */
export const readInstalled = async (
  { redis, keys }: Pick<SchedulePlace, 'redis' | 'keys'>,
  schedule: string,
): Promise<ScheduleDefinition | undefined> => {
  const data = await redis.hget(repeatKey(keys, schedule), 'data');
  return data === null ? undefined : (JSON.parse(data) as Template).definition;
};

import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** The sets that BullMQ keeps jobs in; a job in none of them is running or waits its turn. */
const sets = ['completed', 'failed', 'delayed', 'waiting-children'] as const;

/** Where BullMQ has a job. */
export type JobPlace = (typeof sets)[number] | 'active' | 'waiting';

/** How often a job that changes while it is read is read again. */
const maxRounds = 5;

/**
 * Where a job is, from its memberships and its lock, all of one moment. BullMQ's own `getState`
 * searches the list of waiting jobs, which takes as long as the backlog is.
 */
const readPlace = async (redis: Redis, queue: Queue, id: string): Promise<JobPlace> => {
  const transaction = redis.multi();
  for (const set of sets) transaction.zscore(queue.toKey(set), id);
  transaction.exists(queue.toKey(`${id}:lock`));
  const replies = ((await transaction.exec()) ?? []).map(([err, reply]) => {
    if (err) throw err;
    return reply;
  });
  const set = sets.find((_, index) => replies[index] !== null);
  return set ?? (replies.at(-1) === 1 ? 'active' : 'waiting');
};

/**
 * A job and its place as they were at one moment. They are two reads, between which the job may
 * finish or be retried; then one says that it has finished and the other does not, and both are
 * read again.
 */
export const readJob = async (
  redis: Redis,
  queue: Queue,
  id: string,
): Promise<{ job: Job; place: JobPlace } | undefined> => {
  for (let round = 1; ; round += 1) {
    const [job, place] = await Promise.all([queue.getJob(id), readPlace(redis, queue, id)]);
    if (!job) return undefined;
    const hasEnded = place === 'completed' || place === 'failed';
    if (Boolean(job.finishedOn) === hasEnded || round === maxRounds) return { job, place };
  }
};

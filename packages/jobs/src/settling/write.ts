import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { RedisClient } from '@drover/shared/redis/client';
import type { IRedisClient, IRedisTransaction } from 'bullmq';
import type { QueuedJob } from '../record/queued-job.ts';
import { tieAll } from './lua.ts';
import { settleJobOf, settleOptions, settleQueueKey, toTieParameters } from './settle-job.ts';

/** What commands are written to: a connection within a transaction, or a pipeline of ioredis. */
export type Batch = (IRedisTransaction | IRedisClient) & Pick<RedisClient, 'eval'>;

/** Commands are only written here: what became of them comes with the reply to the whole. */
export const write = (command: unknown): void => {
  if (command instanceof Promise) command.catch(() => undefined);
};

/**
 * Writes the one command that gives jobs of one partition, which were written to the same transaction
 * before, their settle jobs; nothing for jobs that need none. It is sent in full: Redis may have
 * forgotten it, and a transaction must not add a job without its settle job.
 * @returns how many commands were written.
 */
export const writeSettleJobs = (
  batch: Batch,
  { keys }: Pick<QueueSet, 'keys'>,
  jobs: readonly QueuedJob[],
): number => {
  const settled = jobs.flatMap((job) => (job.data.settle ? [{ job, tasks: job.data.settle }] : []));
  const [first] = settled;
  if (!first) return 0;
  const jobKeys = settled.map(({ job }) => keys.inQueue(job.queue, job.partition, job.id));
  const settleJobs = settled.map(({ job, tasks }) => settleJobOf(job, tasks));
  const queueKey = settleQueueKey(keys, first.job.partition);
  const parameters = [queueKey, settleOptions, Date.now(), ...settleJobs.flatMap(toTieParameters)];
  write(batch.eval(tieAll, jobKeys.length, ...jobKeys, ...parameters));
  return 1;
};

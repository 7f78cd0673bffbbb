import { setTimeout as sleep } from 'node:timers/promises';
import { processorSecondsOf, processorSecondsOfAll } from '../http/processor-time.ts';
import type { RedisUnderLoad } from '../http/redis-under-load.ts';
import type { Contestant } from './contestant.ts';

const pollMs = 50;
const patienceMs = 20_000;

/** What one contestant did with a number of jobs. */
export interface Slice {
  readonly jobs: number;
  /** From the start of the first job to the end of the last, as Redis keeps them. */
  readonly seconds: number;
  /** Processor time in seconds. */
  readonly processor: {
    readonly worker: number;
    readonly redis: number;
    /** Everything else that ran on the machine, this program included. */
    readonly others: number;
  };
}

/** Lets jobs wait in the queue, which is held back before. */
export const lineUp = async ({ queue, add, crowd }: Contestant, jobs: number): Promise<void> => {
  await queue.pause();
  await crowd.imitate(await add());
  await crowd.grow(jobs - 1);
};

/** Waits until that many jobs have succeeded. @throws Error when one failed, or nothing goes on. */
const untilDone = async ({ name, queue }: Contestant, jobs: number): Promise<void> => {
  let done = 0;
  let movedAt = performance.now();
  while (done < jobs) {
    await sleep(pollMs);
    const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed');
    if (failed > 0) throw new Error(`${name}: ${failed} jobs failed`);
    if (completed > done) movedAt = performance.now();
    if (performance.now() - movedAt > patienceMs) throw new Error(`${name} has stopped working`);
    done = completed;
  }
};

/** Milliseconds from the first start to the last end; no more than `atOnce` jobs ran at once. */
const duration = async ({ queue }: Contestant, atOnce: number): Promise<number> => {
  const earliest = await queue.getJobs(['completed'], 0, atOnce, true);
  const [latest] = await queue.getJobs(['completed'], 0, 0, false);
  const startedAt = Math.min(...earliest.map(({ processedOn = Number.NaN }) => processedOn));
  return (latest?.finishedOn ?? Number.NaN) - startedAt;
};

/** Has the jobs that wait done, on a Redis that holds no others. */
export const runJobs = async (
  contestant: Contestant,
  redis: RedisUnderLoad,
  { jobs, concurrency }: { jobs: number; concurrency: number },
): Promise<Slice> => {
  const read = async () => ({
    worker: await processorSecondsOf(contestant.worker.pid),
    redis: await processorSecondsOf(redis.pid),
    all: processorSecondsOfAll(),
  });
  const before = await read();
  await contestant.queue.resume();
  await untilDone(contestant, jobs);
  const after = await read();
  const worker = after.worker - before.worker;
  const ofRedis = after.redis - before.redis;
  return {
    jobs,
    seconds: (await duration(contestant, concurrency)) / 1_000,
    processor: {
      worker,
      redis: ofRedis,
      others: Math.max(0, after.all - before.all - worker - ofRedis),
    },
  };
};

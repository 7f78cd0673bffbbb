import { type Job, type Queue, Worker } from 'bullmq';
import type { RunningApi } from './running-api.ts';

/** Puts jobs of one queue in one partition where a worker, a clock or a client would have put them. */
export interface QueueFixture extends AsyncDisposable {
  readonly queue: Queue;
  readonly key: (name: string) => string;
  /** A job that waits, submitted so many milliseconds ago. */
  waiting(priority?: number, ageMs?: number): Promise<Job>;
  scheduled(delayMs?: number): Promise<Job>;
  running(): Promise<Job>;
  succeeded(): Promise<Job>;
  failed(): Promise<Job>;
  /** Waits for its second attempt for that long. */
  retrying(delayMs?: number): Promise<Job>;
  blocked(): Promise<Job>;
  /** Notes the job in one of the sorted sets of ours. */
  note(index: (typeof indexes)[number], job: Job, score?: number): Promise<void>;
}

const token = 'fixture';
const indexes = ['retrying', 'canceled', 'expired'] as const;

/** What it notes, the processes that settle or withdraw real jobs note themselves. */
export const queueFixture = (api: RunningApi, name: string, partition: number): QueueFixture => {
  const queue = api.queues.get(name, partition);
  const key = (part: string) => api.queues.keys.inQueue(name, partition, part);
  const worker = new Worker(name, undefined, {
    connection: api.queues.redis,
    prefix: api.queues.keys.partition(partition),
    autorun: false,
    metrics: { maxDataPoints: 60 },
  });

  const waiting: QueueFixture['waiting'] = (priority = 5, ageMs = 0) =>
    queue.add('demo.echo', {}, { priority, timestamp: Date.now() - ageMs });

  // BullMQ claims jobs without a priority first.
  const running = async () => {
    await queue.add('demo.echo', {});
    const job = await worker.getNextJob(token, { block: false });
    if (!job) throw new Error('there was no job to claim');
    return job;
  };

  const note: QueueFixture['note'] = async (index, job, score = Date.now()) => {
    await api.queues.redis.zadd(key(index), score, job.id ?? '');
  };

  return {
    queue,
    key,
    waiting,
    running,
    note,
    scheduled: (delayMs = 3_600_000) => queue.add('demo.echo', {}, { priority: 5, delay: delayMs }),
    succeeded: async () => {
      const job = await running();
      await job.moveToCompleted({}, token, false);
      return job;
    },
    failed: async () => {
      const job = await running();
      await job.moveToFailed(new Error('no'), token, false);
      return job;
    },
    retrying: async (delayMs = 3_600_000) => {
      const job = await running();
      const dueAt = Date.now() + delayMs;
      await job.moveToDelayed(dueAt, token);
      await note('retrying', job, dueAt);
      return job;
    },
    blocked: async () => {
      const job = await running();
      const child = { id: `${queue.qualifiedName}:child`, queue: queue.qualifiedName };
      await api.queues.redis.sadd(key(`${job.id}:dependencies`), `${child.queue}:${child.id}`);
      await job.moveToWaitingChildren(token, { child });
      return job;
    },
    [Symbol.asyncDispose]: async () => {
      await worker.close(true);
      await queue.obliterate({ force: true });
      await api.queues.redis.del(indexes.map(key));
    },
  };
};

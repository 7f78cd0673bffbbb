import { Queue, QueueEvents } from 'bullmq';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { barePlace, value } from '../worker/places.ts';

/** Bare BullMQ's way to do jobs one after another: add, wait for its end, add the next. */
export const createBareChain = async (resources: Resources, { redisUrl }: Servers) => {
  const { queue: name, prefix } = barePlace;
  const connection = { url: redisUrl };
  const queue = new Queue(name, { connection, prefix });
  const events = new QueueEvents(name, { connection, prefix });
  resources.defer(() => Promise.all([queue.close(), events.close()]).then(() => undefined));
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return async (length: number): Promise<number> => {
    const startedAt = performance.now();
    for (let n = 0; n < length; n += 1) {
      const job = await queue.add('demo.echo', { value });
      await job.waitUntilFinished(events);
    }
    return performance.now() - startedAt;
  };
};

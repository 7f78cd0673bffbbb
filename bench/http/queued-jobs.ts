import { Queue } from 'bullmq';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { keyPrefix } from '../drover.ts';
import type { Resources } from '../run-bench.ts';
import { bareQueue, checkedQueue } from './bare-names.ts';

/** The jobs that wait in a queue, as BullMQ itself sees them. */
export interface QueuedJobs {
  count(): Promise<number>;
  ids(): Promise<string[]>;
}

const states = ['wait', 'prioritized', 'delayed'] as const;

/** Where Drover's jobs wait, and where those of the servers beside it do. */
const places = {
  drover: { name: 'mail', prefix: createKeys(keyPrefix).partition(0) },
  bare: bareQueue,
  checked: checkedQueue,
};

export const queuedJobs = (
  resources: Resources,
  redisUrl: string,
  whose: keyof typeof places,
): QueuedJobs => {
  const { name, prefix } = places[whose];
  const queue = new Queue(name, { prefix, connection: { url: redisUrl }, skipMetasUpdate: true });
  resources.defer(() => queue.close());
  return {
    count: () => queue.getJobCountByTypes(...states),
    ids: async () => (await queue.getJobs([...states])).flatMap(({ id }) => id ?? []),
  };
};

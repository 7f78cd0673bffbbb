import { Queue } from 'bullmq';
import { startProgram } from '../processes.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { bareQueue, bareRedisUrl } from './bare-queue.ts';
import { type Contender, value } from './contender.ts';
import type { Moments } from './moments.ts';
import { observerPort } from './observer.ts';

/** BullMQ alone: a producer in this process, and a worker in one of its own. */
export const startBareBullmq = async (
  resources: Resources,
  { redisUrl }: Servers,
  moments: Moments,
): Promise<Contender & { redisVersion: string }> => {
  await startProgram(
    resources,
    {
      name: 'bare worker',
      entry: 'bench/pickup/bare-worker.ts',
      env: { [bareRedisUrl]: redisUrl, [observerPort]: String(moments.port) },
    },
    async () => void (await moments.of('ready', '')),
  );
  const queue = new Queue(bareQueue.name, {
    connection: { url: redisUrl },
    prefix: bareQueue.prefix,
  });
  resources.defer(() => queue.close());
  await queue.waitUntilReady();

  return {
    redisVersion: queue.getBackend().redisVersion,
    submit: async () => {
      const sentAt = process.hrtime.bigint();
      const job = await queue.add('demo.echo', { tenant: 'dev', payload: { value } });
      const acknowledgedAt = process.hrtime.bigint();
      return { id: job.id ?? '', sentAt, acknowledgedAt };
    },
  };
};

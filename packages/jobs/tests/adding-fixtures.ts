import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import type { QueuedJob } from '../src/record/queued-job.ts';

/** Queues on that Redis, of a key prefix that no other test uses. */
export const openQueues = async (
  url: string,
): Promise<QueueSet & { readonly prefix: string } & AsyncDisposable> => {
  const log = silentLog();
  const redis = createRedis({ url, purpose: 'producer', name: 'test', log });
  const connection = redisComponent(redis);
  await connection.start();
  const prefix = randomPrefix();
  const queues = createQueueSet({ redis, keys: createKeys(prefix), log });
  return {
    ...queues,
    prefix,
    [Symbol.asyncDispose]: async () => {
      await queues.stop(deadlineIn(1_000));
      await connection.stop(deadlineIn(1_000));
    },
  };
};

/** A job of the queue `mail` with nothing special about it. */
export const plainJob = (id: string, more: Partial<QueuedJob> = {}): QueuedJob => ({
  id,
  queue: 'mail',
  partition: 0,
  name: 'email.send',
  data: { tenant: 'acme', payload: { to: 'a@b.co', text: `“${id}”\n` } },
  opts: { attempts: 5, priority: 5 },
  timestamp: 1_700_000_000_000,
  ...more,
});

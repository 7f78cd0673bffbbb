// pg-boss with large batches, and the next one fetched at once while batches are full.
import { PgBoss } from 'pg-boss';
import { inBatches, storeUrl, value } from './rival.ts';
import { serve } from './serve.ts';

const queue = 'noop';
const options = {
  batchSize: 1_000,
  localConcurrency: 4,
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
};

const boss = new PgBoss({ connectionString: process.env[storeUrl] ?? '' });
boss.on('error', (err) => console.error(err));
await boss.start();
await boss.createQueue(queue);

serve({
  enqueue: (count) =>
    inBatches(count, (size) =>
      boss.insert(
        queue,
        Array.from({ length: size }, () => ({ data: { value } })),
      ),
    ),

  execute: async (count, started) => {
    const all = Promise.withResolvers<void>();
    let done = 0;
    await boss.work(queue, options, async (jobs) => {
      started();
      done += jobs.length;
      if (done === count) all.resolve();
    });
    await all.promise;
    // Waits until the workers have stored what they did.
    await boss.offWork(queue, { wait: true });
  },
});

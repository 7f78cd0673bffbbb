// bee-queue without what its documents say to switch off where it is not needed: events, and jobs kept
// in memory or after their end.
import Queue from 'bee-queue';
import { inBatches, storeUrl, value } from './rival.ts';
import { serve } from './serve.ts';

const concurrency = 100;

const { hostname, port, password } = new URL(process.env[storeUrl] ?? '');
const settings = {
  redis: { host: hostname, port: Number(port), password },
  getEvents: false,
  sendEvents: false,
  storeJobs: false,
  removeOnSuccess: true,
};

const producer = new Queue('noop', { ...settings, isWorker: false });
await producer.ready();

serve({
  enqueue: (count) =>
    inBatches(count, async (size) => {
      const errors = await producer.saveAll(
        Array.from({ length: size }, () => producer.createJob({ value })),
      );
      for (const err of errors.values()) throw err;
    }),

  execute: async (count, started) => {
    const worker = new Queue('noop', settings);
    await worker.ready();
    const all = Promise.withResolvers<void>();
    let done = 0;
    worker.on('error', all.reject);
    // Comes when the job's end is stored.
    worker.on('succeeded', () => {
      done += 1;
      if (done === count) all.resolve();
    });
    worker.process(concurrency, async (job) => {
      started();
      return { value: job.data.value };
    });
    await all.promise;
    void worker.close();
  },
});

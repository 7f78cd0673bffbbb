// What Drover's worker is measured against: BullMQ as it comes, doing what demo.echo does.
import { Worker } from 'bullmq';
import { queues } from '../../packages/jobs/src/definition/queues.ts';
import { bareQueue, bareRedisUrl } from './bare-queue.ts';
import { connectObserver } from './observer.ts';

const report = connectObserver();

const worker = new Worker(
  bareQueue.name,
  async (job) => {
    report('started', job.id ?? '');
    return { value: job.data.payload.value };
  },
  {
    connection: { url: process.env[bareRedisUrl] ?? '', maxRetriesPerRequest: null },
    prefix: bareQueue.prefix,
    concurrency: queues.demo.concurrency,
  },
);
worker.on('error', (err) => console.error(err));
worker.on('completed', (job) => report('ended', job.id ?? ''));

await worker.waitUntilReady();
report('ready', '');

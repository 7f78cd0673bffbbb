// What the traffic of Drover's worker is measured against: BullMQ as it comes, doing what demo.echo does.
import { createServer } from 'node:http';
import { Worker } from 'bullmq';
import { queues } from '../../packages/jobs/src/definition/queues.ts';
import { bareDemo, bareRedisUrl } from './bare-names.ts';

const worker = new Worker(bareDemo.name, async (job) => ({ value: job.data.value }), {
  connection: { url: process.env[bareRedisUrl] ?? '', maxRetriesPerRequest: null },
  prefix: bareDemo.prefix,
  concurrency: queues.demo.concurrency,
});
worker.on('error', (err) => console.error(err));
await worker.waitUntilReady();
createServer((_, response) => response.end('ready')).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);

// What Drover's worker is measured against: BullMQ as it comes, doing what demo.echo does.
import { createServer } from 'node:http';
import { Worker } from 'bullmq';
import { observed } from './observer.ts';
import { barePlace, bareVariables, keptSeconds } from './places.ts';

const setting = (name: keyof typeof bareVariables) => process.env[bareVariables[name]] ?? '';
const started = observed();

const worker = new Worker(
  barePlace.queue,
  async (job) => {
    started?.(job.id ?? '');
    return { value: job.data.value };
  },
  {
    connection: { url: setting('redisUrl'), maxRetriesPerRequest: null },
    prefix: setting('prefix'),
    concurrency: Number(setting('concurrency')),
    removeOnComplete: { age: keptSeconds },
  },
);
worker.on('error', (err) => console.error(err));
await worker.waitUntilReady();
createServer((_, response) => response.end('ready')).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
);

// Node writes its profiles only when a process ends by itself.
process.once('SIGTERM', () => process.exit(0));

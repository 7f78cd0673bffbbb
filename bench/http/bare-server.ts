// What Drover's API is measured against: Fastify and BullMQ as they come, with nothing in between.
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { bareQueue, bareRedisUrl } from './bare-names.ts';

interface Submission {
  readonly type: string;
  readonly payload: object;
}

const url = process.env[bareRedisUrl] ?? '';
const queue = new Queue(bareQueue.name, { connection: { url }, prefix: bareQueue.prefix });
const redis = new Redis(url);
const app = fastify();

app.post<{ Body: Submission }>('/jobs', async ({ body }, reply) => {
  const job = await queue.add(body.type, body.payload);
  return reply.code(202).send({ id: job.id });
});

app.post<{ Body: { jobs: Submission[] } }>('/jobs/batch', async ({ body }, reply) => {
  const jobs = await queue.addBulk(
    body.jobs.map(({ type, payload }) => ({ name: type, data: payload })),
  );
  return reply.code(202).send({ ids: jobs.map(({ id }) => id) });
});

app.get<{ Params: { id: string } }>('/jobs/:id', ({ params }) =>
  redis.hgetall(queue.toKey(params.id)),
);

app.get('/ready', async () => 'ready');

await queue.waitUntilReady();
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });

// Node profiles and cleans up only when a process ends by itself.
process.once('SIGTERM', () => process.exit(0));

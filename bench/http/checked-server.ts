// What the words of the promise cost by themselves: Fastify that checks the key and the submission, asks
// the throttle with one command, adds with a priority, and answers as little as the bare server does.
// Of the API it takes the functions that do so, and nothing in between: no hooks, no job resource.
import { Queue } from 'bullmq';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { createKeyRing } from '../../packages/api/src/auth/key-ring.ts';
import { gates } from '../../packages/api/src/throttling/gate.ts';
import { parseSubmission } from '../../packages/jobs/src/adding/submission.ts';
import { createCatalog } from '../../packages/jobs/src/catalog.ts';
import { batchSubmission } from '../../packages/jobs/src/contract/submission.ts';
import { toQueuedJob } from '../../packages/jobs/src/record/queued-job.ts';
import { runScript } from '../../packages/shared/src/redis/script.ts';
import { bareRedisUrl, checkedQueue } from './bare-names.ts';

const url = process.env[bareRedisUrl] ?? '';
const { name, prefix } = checkedQueue;
const queue = new Queue(name, { connection: { url }, prefix });
const redis = new Redis(url);
const keys = createKeyRing(JSON.parse(process.env['API_KEYS'] ?? '[]'), { production: true });
const catalog = createCatalog({ production: false });
const app = fastify();

const callerOf = (authorization = '') => {
  const caller = keys.find(authorization.slice('Bearer '.length));
  if (!caller) throw new Error('unknown key');
  return caller;
};

/** A limit that nothing reaches: 1 000 000 000 an hour. */
const take = (tenant: string, cost: number) =>
  runScript(
    redis,
    gates['token-bucket'],
    [`${prefix}:throttle:${tenant}`],
    [1e9, 3_600_000, cost, ''],
  );

const jobOf = (body: unknown, tenant: string) => {
  const {
    id,
    name: type,
    data,
    opts,
  } = toQueuedJob(
    { ...parseSubmission(body, catalog), tenant },
    { partitions: 1, stickTo: undefined },
  );
  return { name: type, data, opts: { ...opts, jobId: id } };
};

app.post('/jobs', async ({ headers, body }, reply) => {
  const { tenant } = callerOf(headers.authorization);
  const { name: type, data, opts } = jobOf(body, tenant);
  const [job] = await Promise.all([queue.add(type, data, opts), take(tenant, 1)]);
  return reply.code(202).send({ id: job.id });
});

app.post('/jobs/batch', async ({ headers, body }, reply) => {
  const { tenant } = callerOf(headers.authorization);
  const items = batchSubmission.parse(body).jobs.map((item) => jobOf(item, tenant));
  const [jobs] = await Promise.all([queue.addBulk(items), take(tenant, items.length)]);
  return reply.code(202).send({ ids: jobs.map(({ id }) => id) });
});

app.get('/ready', async () => 'ready');

await queue.waitUntilReady();
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });

// Node profiles and cleans up only when a process ends by itself.
process.once('SIGTERM', () => process.exit(0));

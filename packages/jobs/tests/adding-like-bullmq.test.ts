import type { QueueSet } from '@drover/shared/queues/queue-set';
import { expect, inject, test } from 'vitest';
import { addJobs } from '../src/adding/add-jobs.ts';
import { backendOf, toJobJson } from '../src/adding/addition.ts';
import type { QueuedJob } from '../src/record/queued-job.ts';
import { openQueues, plainJob } from './adding-fixtures.ts';

const parsed = ({ opts, ...fields }: Record<string, string>) => ({
  ...fields,
  ...(opts !== undefined && { opts: JSON.parse(opts) }),
});

/** All that Redis holds of the queue, by what the names of its keys end with. */
const contentsOf = async ({ redis, keys }: QueueSet): Promise<Record<string, unknown>> => {
  const prefix = keys.inQueue('mail', 0, '');
  const names = (await redis.keys(`${prefix}*`)).sort();
  const read = async (name: string): Promise<unknown> => {
    const type = await redis.type(name);
    if (type === 'hash') return parsed(await redis.hgetall(name));
    if (type === 'zset') return redis.zrange(name, '0', '-1', 'WITHSCORES');
    if (type === 'list') return redis.lrange(name, 0, -1);
    if (type === 'stream') return (await redis.xrange(name, '-', '+')).map(([, fields]) => fields);
    return redis.get(name);
  };
  const entries = names.map(async (name) => [name.slice(prefix.length), await read(name)] as const);
  return Object.fromEntries(await Promise.all(entries));
};

/** Adds the same jobs to two queues that were prepared alike: Drover's way, and one by one BullMQ's. */
const addBothWays = async (
  jobs: readonly QueuedJob[],
  prepare: (queues: QueueSet) => Promise<unknown> = async () => undefined,
) => {
  await using ours = await openQueues(inject('redisUrl'));
  await using theirs = await openQueues(inject('redisUrl'));
  await prepare(ours);
  await prepare(theirs);
  const added = await addJobs(
    ours,
    jobs.map((job) => ({ job })),
  );
  const ids: string[] = [];
  for (const job of jobs) {
    ids.push(await backendOf(theirs, job).addJob(toJobJson(job), job.id));
  }
  expect(added).toEqual(ids.map((id) => ({ outcome: 'added', id })));
  return [await contentsOf(ours), await contentsOf(theirs)] as const;
};

const jobs = [
  plainJob('first'),
  plainJob('urgent', { opts: { attempts: 1, priority: 1 } }),
  plainJob('late', { opts: { attempts: 100, priority: 10 } }),
  plainJob('tagged', { data: { tenant: 'a"b', payload: null, tags: ['x'], timeout: 30_000 } }),
  plainJob('bare', { data: { tenant: 'acme', payload: undefined } }),
];

test('jobs that are added together are in Redis what BullMQ makes of each', async () => {
  const [ours, theirs] = await addBothWays(jobs);
  expect(Object.keys(theirs)).toEqual(expect.arrayContaining(['first', 'prioritized', 'events']));
  expect(ours).toEqual(theirs);
});

test('a job that comes alone is, too', async () => {
  const [ours, theirs] = await addBothWays(jobs.slice(0, 1));
  expect(ours).toEqual(theirs);
});

test('a job whose id is there already is left alone, as by BullMQ', async () => {
  const [ours, theirs] = await addBothWays([...jobs, plainJob('first', { name: 'other' })]);
  expect(ours).toEqual(theirs);
});

test.each([
  ['paused', { paused: '1' }],
  ['full', { concurrency: '1' }],
  ['with room', { concurrency: '2' }],
  ['with a length of its events', { 'opts.maxLenEvents': '3' }],
])('in a queue that is %s, all is as BullMQ leaves it', async (_, meta) => {
  const [ours, theirs] = await addBothWays(jobs, async ({ redis, keys }) => {
    await redis.hset(keys.inQueue('mail', 0, 'meta'), meta);
    await redis.rpush(keys.inQueue('mail', 0, 'active'), 'busy');
  });
  expect(ours).toEqual(theirs);
});

test('more jobs than one command takes keep their order', async () => {
  const many = Array.from({ length: 230 }, (_, n) => plainJob(`job-${n}`));
  await using queues = await openQueues(inject('redisUrl'));
  await addJobs(
    queues,
    many.map((job) => ({ job })),
  );
  const waiting = await queues.redis.zrange(
    queues.keys.inQueue('mail', 0, 'prioritized'),
    '0',
    '-1',
  );
  expect(waiting).toEqual(many.map(({ id }) => id));
});

import { expect, inject, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { createAddJob } from '../src/adding/add-gathered.ts';
import type { Addition } from '../src/adding/addition.ts';
import { claimForJob, type IdempotencyRecord } from '../src/adding/idempotency.ts';
import { openQueues, plainJob } from './adding-fixtures.ts';

const keyed = (id: string, digest: string, fingerprint = 'body'): Addition => ({
  job: plainJob(id),
  idempotency: { digest, fingerprint, partition: 0 },
});

test('jobs that come in the same turn are added by one command', async () => {
  // Redis counts the commands of all connections: none but this test's may be there.
  await using server = await startOwnRedis();
  await using queues = await openQueues(server.url);
  const addJob = createAddJob(queues);
  await addJob({ job: plainJob('warm') });
  await queues.redis.config('RESETSTAT');
  const ids = Array.from({ length: 30 }, (_, n) => `job-${n}`);
  const added = await Promise.all(ids.map((id) => addJob({ job: plainJob(id) })));
  expect(added).toEqual(ids.map((id) => ({ outcome: 'added', id })));
  const stats = await queues.redis.info('commandstats');
  expect(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
});

test('each learns what its own key stands for', async () => {
  await using queues = await openQueues(inject('redisUrl'));
  const addJob = createAddJob(queues);
  await addJob(keyed('old', 'known'));
  const added = await Promise.all([
    addJob(keyed('one', 'new')),
    addJob(keyed('two', 'known')),
    addJob(keyed('three', 'new', 'another body')),
    addJob({ job: plainJob('four') }),
    addJob(keyed('five', 'new')),
  ]);
  expect(added).toEqual([
    { outcome: 'added', id: 'one' },
    { outcome: 'replayed', id: 'old' },
    { outcome: 'conflict' },
    { outcome: 'added', id: 'four' },
    { outcome: 'replayed', id: 'one' },
  ]);
  const waiting = await queues.redis.zrange(
    queues.keys.inQueue('mail', 0, 'prioritized'),
    '0',
    '-1',
  );
  expect(waiting.toSorted()).toEqual(['four', 'old', 'one']);
});

test('where a gate has put a placeholder, nothing is added or recorded, and the placeholder goes', async () => {
  await using queues = await openQueues(inject('redisUrl'));
  const { redis, keys } = queues;
  const addJob = createAddJob(queues);
  await redis.hset(keys.inQueue('mail', 0, 'shut'), 'placeholder', 1);
  const [shut, open] = await Promise.all([
    addJob(keyed('shut', 'of the shut one')),
    addJob(keyed('open', 'of the open one')),
  ]);
  expect(shut.outcome).toBe('failed');
  expect(open).toEqual({ outcome: 'added', id: 'open' });
  expect(await redis.exists(keys.inQueue('mail', 0, 'shut'))).toBe(0);
  expect(await redis.get(keys.idempotency(0, 'of the shut one'))).toBeNull();
  expect(await redis.get(keys.idempotency(0, 'of the open one'))).toBe('body open');
});

test('what fails fails for each of them', async () => {
  await using queues = await openQueues(inject('redisUrl'));
  // A key of another type, which no command of the script can work with.
  await queues.redis.set(queues.keys.inQueue('mail', 0, 'meta'), 'broken');
  const addJob = createAddJob(queues);
  const added = await Promise.all([addJob({ job: plainJob('a') }), addJob({ job: plainJob('b') })]);
  expect(added.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
});

test.each([
  ['plain', {}],
  ['with a dedupe key', { deduplication: { id: 'once' } }],
])('a key whose job was never added is for whoever comes next: %s', async (_, more) => {
  await using queues = await openQueues(inject('redisUrl'));
  const { job, idempotency } = keyed('second', 'interrupted');
  await claimForJob(queues, idempotency as IdempotencyRecord, 'first');
  const addJob = createAddJob(queues);
  const again = { job: { ...job, opts: { ...job.opts, ...more } }, idempotency };
  expect(await addJob(again)).toEqual({ outcome: 'replayed', id: 'first' });
  expect(await addJob(again)).toEqual({ outcome: 'replayed', id: 'first' });
  const jobs = await queues.get('mail', 0).getPrioritized();
  expect(jobs.map(({ id }) => id)).toEqual(['first']);
});

import { addJobs } from '@drover/jobs/adding/add-jobs';
import { createCatalog } from '@drover/jobs/catalog';
import { enterDeadLetter } from '@drover/jobs/dead-letters/enter';
import { groupDeadLetters } from '@drover/jobs/dead-letters/groups';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import type { JobType } from '@drover/jobs/definition/define-job';
import { toQueuedJob } from '@drover/jobs/record/queued-job';
import { keepFor } from '@drover/jobs/record/retention';
import { withdraw } from '@drover/jobs/transitions/withdraw';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { enterAll, plantFailed } from '../../api/tests/dead-letters-fixtures.ts';
import { deadLetterJanitor } from '../src/dead-letters/janitor.ts';
import { type Letters, openLetters, partitions } from './dead-letters-fixtures.ts';

let letters: Letters;
beforeEach(() => {
  letters = openLetters();
});
afterEach(() => letters[Symbol.asyncDispose]());

const addressOf = (id: string) => parseJobId(id) as JobAddress;
const plant = (count: number, of: Parameters<typeof plantFailed>[2] = () => ({})) =>
  plantFailed(letters, count, (n) => ({ partition: n % partitions, ...of(n) }));
const nothing = { entered: 0, forgotten: 0, evicted: 0 };

test('makes what a crash left out, once, however many do so at once', async () => {
  const ids = await plant(1_200, (n) => (n % 3 === 0 ? { queue: 'mail', type: 'email.send' } : {}));
  const reports = await Promise.all([letters.tidy(), letters.tidy(), letters.tidy()]);
  expect(reports.reduce((sum, { entered }) => sum + entered, 0)).toBe(1_200);
  expect(new Set(await letters.ids())).toEqual(new Set(ids));
  const groups = await groupDeadLetters(deadLettersOf(letters.queues, partitions), {
    tenant: null,
  });
  expect(groups.map(({ count }) => count)).toEqual([800, 400]);
  expect(await letters.tidy()).toEqual(nothing);
});

test('leaves canceled and expired jobs alone', async () => {
  const { queues } = letters;
  const type = createCatalog({ production: false }).get('demo.echo') as JobType;
  for (const why of ['canceled', 'expired'] as const) {
    const job = toQueuedJob({ type, payload: { value: 1 }, tenant: 'acme' }, { partitions });
    await addJobs(queues, [{ job }]);
    expect(await withdraw(queues, addressOf(job.id), why, 60_000)).toBe('withdrawn');
    expect(await enterDeadLetter(queues, addressOf(job.id))).toBe(false);
  }
  expect(await letters.tidy()).toEqual(nothing);
  expect(await letters.ids()).toEqual([]);
});

test('one that was asked to be canceled, but failed, is a dead letter', async () => {
  const [id = ''] = await plant(1);
  const { redis, keys } = letters.queues;
  await redis.hset(keys.inQueue('demo', 0, id), 'withdrawn', 'canceled');
  expect(await letters.tidy()).toMatchObject({ entered: 1 });
  expect(await letters.ids()).toEqual([id]);
});

test('removes entries whose job is gone or runs again, and mends those of an earlier end', async () => {
  const [gone = '', retried = '', again = '', kept = ''] = await plant(4, () => ({ partition: 0 }));
  await enterAll(letters, [gone, retried, again, kept]);
  const { queues } = letters;
  const bull = queues.get('demo', 0);
  await bull.remove(gone);
  await (await bull.getJob(retried))?.retry('failed');
  const key = queues.keys.inQueue('demo', 0, again);
  const later = Number(await queues.redis.hget(key, 'finishedOn')) + 5_000;
  await queues.redis.hset(key, 'finishedOn', later);
  expect(await letters.ids()).toEqual([kept]);
  expect(await letters.tidy()).toMatchObject({ entered: 1, forgotten: 2 });
  expect(await letters.ids()).toEqual([kept, again]);
  const { redis, keys } = queues;
  expect(await redis.exists(keys.inQueue('dead-letters', 0, gone))).toBe(0);
  expect(await redis.zcard(keys.inQueue('dead-letters', 0, 'failed'))).toBe(2);
  expect(await letters.tidy()).toEqual(nothing);
});

test('removes failed jobs whose time is over, with their dead letters', async () => {
  const now = Date.now();
  const old = await plant(250, (n) => ({ at: now - 2 * 3_600_000 - n }));
  const fresh = await plant(3, (n) => ({ at: now - 1_000 + n }));
  await enterAll(letters, [...old, ...fresh]);
  // The submission of one asked for three hours.
  const [longer = ''] = old;
  await keepFor(letters.queues, addressOf(longer), {
    set: 'failed',
    finishedOn: now - 2 * 3_600_000,
    retentionMs: 3 * 3_600_000,
    defaultMs: 3_600_000,
  });
  const reports = await Promise.all([1, 2].map(() => letters.tidy({ keepFailedMs: 3_600_000 })));
  expect(reports.reduce((sum, { evicted }) => sum + evicted, 0)).toBe(249);
  expect(await letters.ids()).toEqual([longer, ...fresh]);
  expect(await letters.exists(old[1] ?? '')).toBe(false);
  expect(await letters.exists(longer)).toBe(true);
});

test('keeps so many of a queue, the latest, and the jobs of no others', async () => {
  const demo = await plant(400);
  const mail = await plant(20, () => ({ queue: 'mail', type: 'email.send' }));
  expect(await letters.tidy({ max: 100 })).toMatchObject({ entered: 420, evicted: 300 });
  const left = new Set(await letters.ids());
  expect(left).toEqual(new Set([...demo.slice(300), ...mail]));
  expect(await letters.exists(demo[299] ?? '')).toBe(false);
  expect(await letters.exists(demo[300] ?? '')).toBe(true);
  expect(await letters.tidy({ max: 100 })).toEqual(nothing);
});

test('a queue that others write to does no harm', async () => {
  const { queues } = letters;
  const { redis, keys } = queues;
  await redis.zadd(keys.inQueue('demo', 0, 'failed'), 1, 'no-id-of-ours', 2, '7');
  await redis.hset(keys.inQueue('demo', 0, '7'), { finishedOn: 2, stacktrace: '[[{' });
  await redis.hset(keys.inQueue('demo', 0, 'no-id-of-ours'), { finishedOn: 1, data: '{' });
  const [id = ''] = await plant(1, () => ({ tenant: '' }));
  await redis.hset(keys.inQueue('demo', 0, id), { data: 'null', stacktrace: '["",null,7]' });
  expect(await letters.tidy({ keepFailedMs: 8e12 })).toEqual({ ...nothing, entered: 1 });
  expect(await letters.ids()).toEqual([id]);
});

test('what cannot be removed does not keep what comes after it', async () => {
  const { redis, keys } = letters.queues;
  const foreign = Array.from({ length: 250 }, (_, n) => [n + 1, `no-id-of-ours-${n}`]).flat();
  await redis.zadd(keys.inQueue('demo', 0, 'failed'), ...foreign);
  const at = Date.now() - 7_200_000;
  const old = await plant(150, (n) => ({ partition: 0, at: at + n }));
  expect(await letters.tidy({ keepFailedMs: 3_600_000 })).toMatchObject({ evicted: old.length });
  expect(await letters.ids()).toEqual([]);
});

test('as a component it begins at once, and stops when it is told to', async () => {
  const ids = await plant(5);
  const janitor = deadLetterJanitor({
    queues: letters.queues,
    partitions,
    keepFailedMs: 86_400_000,
    max: 1_000,
    log: silentLog(),
  });
  await janitor.start();
  await expect.poll(() => letters.ids()).toHaveLength(ids.length);
  await janitor.stop(deadlineIn(1_000));
});

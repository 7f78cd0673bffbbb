import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsumer } from '../src/history/consume.ts';
import { group } from '../src/history/streams.ts';
import { endJob, type HistoryTest, openHistory, queue } from './history-fixtures.ts';

let them: HistoryTest;
beforeAll(async () => {
  them = await openHistory();
});
afterAll(() => them[Symbol.asyncDispose]());

const count = 400;

test('two recorders share the work, and each job has one row with its end', async () => {
  const [one, other] = [them.recorder(), them.recorder()];
  const ids = await Promise.all(Array.from({ length: count }, () => them.submit()));
  const ending = Promise.all(ids.map((id) => endJob(them, id, id)));
  await Promise.all([one.catchUp(), other.catchUp(), ending]);
  await Promise.all([one.catchUp(), other.catchUp()]);
  const rows = await them.rows();
  expect(rows.length).toBe(count);
  expect(
    rows.every(({ status, id, resource }) => status === 'succeeded' && resource.result === id),
  ).toBe(true);
});

test('what a recorder was given that died is taken over by another', async () => {
  const { redis, keys } = them;
  const id = await them.submit();
  const dead = createConsumer({ redis, keys, partition: 0, name: 'dead', backlog: 10_000 });
  await dead.read();
  await dead.read();
  const survivor = them.recorder();
  await survivor.catchUp();
  expect(await them.row(id)).toBeUndefined();

  // As if a minute had gone by.
  const events = keys.inQueue(queue, 0, 'events');
  const pending = (await redis.xpending(events, group, '-', '+', 100, 'dead')) as [string][];
  expect(pending.length).toBeGreaterThan(0);
  const ids = pending.map(([entry]) => entry);
  await redis.call('XCLAIM', events, group, 'dead', 0, ...ids, 'IDLE', 120_000);
  await survivor.tend();
  expect(await them.row(id)).toMatchObject({ status: 'queued' });
  expect(await redis.xpending(events, group)).toMatchObject([0, null, null, null]);
});

test('a recorder whose reply was lost reads again what it was given', async () => {
  const { redis, keys } = them;
  const consumer = createConsumer({ redis, keys, partition: 0, name: 'unlucky', backlog: 10_000 });
  await consumer.read();
  const id = await them.submit();
  const given = await consumer.read();
  expect(JSON.stringify(given)).toContain(id);
  // The acknowledgement fails: nobody can tell what has become of it.
  const key = keys.historySweep(0);
  await redis.set(key, 'no stream');
  const stream = { queue, partition: 0, key } as const;
  await expect(consumer.acknowledge([{ stream, entries: [['1-0', null]] }])).rejects.toThrow();
  expect(await consumer.read()).toEqual(given);
  await consumer.acknowledge(given);
  expect(await consumer.read()).toEqual([]);
});

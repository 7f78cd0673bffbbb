import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { renumberWaiting } from '../src/ordering/renumber.ts';

const high = 2 ** 31;
const span = 2 ** 32;

/** A queue that nobody works, with the keys of its order. */
const openQueue = async () => {
  const log = silentLog();
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  const component = redisComponent(redis);
  await component.start();
  const keys = createKeys(randomPrefix());
  const queues = createQueueSet({ redis, keys, log });
  const queue = queues.get('demo', 0);
  const [prioritized, counter] = ['prioritized', 'pc'].map((name) => keys.inQueue('demo', 0, name));
  return {
    redis,
    keys,
    queue,
    counter: counter as string,
    order: () => redis.zrange(prioritized as string, '0', '-1'),
    scores: async () => {
      const flat = await redis.zrange(prioritized as string, '0', '-1', 'WITHSCORES');
      return flat.filter((_, n) => n % 2).map(Number);
    },
    add: (...priorities: number[]) =>
      Promise.all(priorities.map((priority) => queue.add('any', {}, { priority }))),
    putFirst: (id: string, priority: number) =>
      redis.zadd(prioritized as string, priority * span, id),
    renumber: () => renumberWaiting({ redis, keys }, 'demo', 0),
    [Symbol.asyncDispose]: async () => {
      await queue.obliterate({ force: true });
      await queues.stop(deadlineIn(1_000));
      await component.stop(deadlineIn(1_000));
    },
  };
};

/** Some of every priority, more than one batch of one. */
const many = () => Array.from({ length: 1_500 }, (_, n) => (n % 3 === 0 ? 1 + (n % 10) : 5));

test('a low counter is left alone', async () => {
  await using queue = await openQueue();
  await queue.add(5, 5, 1);
  const before = await queue.scores();
  expect(await queue.renumber()).toBe(false);
  expect(await queue.scores()).toEqual(before);
});

test('a high counter is brought down, and no job passes another', async () => {
  await using queue = await openQueue();
  await queue.redis.set(queue.counter, high - 700);
  const [first] = await queue.add(...many());
  await queue.putFirst(first?.id ?? '', 1);
  const before = await queue.order();
  expect(await queue.renumber()).toBe(true);
  expect(await queue.order()).toEqual(before);
  expect(Number(await queue.redis.get(queue.counter))).toBeLessThan(2_000);
  const scores = await queue.scores();
  expect(scores[0]).toBe(span);
  expect(Math.max(...scores.map((score) => score % span))).toBeLessThan(2_000);

  const [later] = await queue.add(5);
  const fives = (await queue.order()).filter((_, n) => Math.floor((scores[n] ?? 0) / span) === 5);
  expect(fives).toContain(before.find((id) => fives.includes(id)));
  expect(
    await queue.redis.zrank(queue.keys.inQueue('demo', 0, 'prioritized'), later?.id ?? ''),
  ).toBe(scores.filter((score) => score < 6 * span).length);
});

test('while jobs are added and claimed, and by two processes at once', async () => {
  await using queue = await openQueue();
  await queue.redis.set(queue.counter, high);
  const before = (await queue.add(...many())).map((job) => ({
    id: job.id,
    priority: job.priority,
  }));
  const adding = (async () => {
    const added: typeof before = [];
    for (let n = 0; n < 200; n += 1) {
      const [job] = await queue.add(1 + (n % 10));
      if (job) added.push({ id: job.id, priority: job.priority });
      if (n % 5 === 0) await queue.redis.zpopmin(queue.keys.inQueue('demo', 0, 'prioritized'));
    }
    return added;
  })();
  await Promise.all([queue.renumber(), queue.renumber()]);
  const all = [...before, ...(await adding)];
  const expected = all.toSorted((one, other) => one.priority - other.priority).map(({ id }) => id);
  const order = await queue.order();
  const left = new Set(order);
  expect(order).toEqual(expected.filter((id) => left.has(id ?? '')));
  expect(Number(await queue.redis.get(queue.counter))).toBeLessThan(high);
});

import { createCaches } from '@drover/shared/cache/create-caches';
import { defineCache } from '@drover/shared/cache/define-cache';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { keys, type RunningApi, startApi } from './running-api.ts';

const prices = defineCache({
  name: 'prices',
  schema: z.number(),
  ttl: '1m',
  tags: (key) => [`product:${key}`],
});

/** Another process of the same installation, which has the values. */
const startHolder = async ({ config }: RunningApi) => {
  const { url, keyPrefix } = config.redis;
  const log = silentLog();
  const redis = createRedis({ url, purpose: 'producer', name: 'holder', log });
  const subscriptions = createSubscriptions({ url, name: 'holder', log });
  const caches = createCaches({
    redis,
    subscriptions,
    keys: createKeys(keyPrefix),
    maxBytes: 1e6,
    log,
  });
  await Promise.all([redisComponent(redis).start(), subscriptions.start()]);
  await caches.start();
  return {
    caches,
    stop: async () => {
      for (const it of [caches, subscriptions, redisComponent(redis)])
        await it.stop(deadlineIn(1_000));
    },
  };
};

let api: RunningApi;
let holder: Awaited<ReturnType<typeof startHolder>>;
beforeAll(async () => {
  api = await startApi();
  holder = await startHolder(api);
});
afterAll(async () => {
  await holder.stop();
  await api[Symbol.asyncDispose]();
});

const held = async () => {
  const cache = holder.caches.of(prices);
  const some = await Promise.all(['a', 'a/b'].map(async (key) => (await cache.peek(key))?.value));
  return some.map((value) => value ?? null);
};
beforeEach(async () => {
  await holder.caches.of(prices).set('a', 1);
  await holder.caches.of(prices).set('a/b', 2);
});

const purge = (path: string, key: string | null = keys.operator) =>
  api.ask(path, { method: 'DELETE', key });

test.each([
  ['/cache/prices', [null, null]],
  ['/cache/prices/a', [null, 2]],
  ['/cache/prices/a%2Fb', [1, null]],
  ['/cache/prices/nothing', [1, 2]],
  ['/cache?tag=product%3Aa', [null, 2]],
  ['/cache?tag=unused', [1, 2]],
])('DELETE %s leaves %j', async (path, left) => {
  expect(await held()).toEqual([1, 2]);
  expect((await purge(path)).status).toBe(204);
  await expect.poll(held).toEqual(left);
});

test.each(['/cache/prices', '/cache/prices/a', '/cache?tag=x'])(
  '%s is for operators',
  async (path) => {
    expect((await purge(path, null)).status).toBe(401);
    for (const key of [keys.acme, keys.submitOnly, keys.readOnly]) {
      expect((await purge(path, key)).status).toBe(403);
    }
    expect(await held()).toEqual([1, 2]);
  },
);

test.each([
  '/cache/price',
  '/cache/price/a',
  '/cache/__proto__',
  '/cache/%00/a',
  '/cache/prices:1',
])('%s is no cache', async (path) => {
  expect(await purge(path)).toMatchObject({
    status: 404,
    body: { type: '/problems/cache-not-found' },
  });
  expect(await held()).toEqual([1, 2]);
});

test('a name that is nearly right is suggested', async () => {
  const { body } = await purge('/cache/price');
  expect(body).toMatchObject({ detail: 'There is no cache "price". Did you mean "prices"?' });
});

test.each([
  '',
  '?tag=',
  '?tag=%0A',
  `?tag=${'x'.repeat(201)}`,
  '?tag=a&tag=b',
  '?tags=a',
  '?tag=a&all=1',
])('DELETE /cache%s is refused', async (query) => {
  expect(await purge(`/cache${query}`)).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-parameters' },
  });
  expect(await held()).toEqual([1, 2]);
});

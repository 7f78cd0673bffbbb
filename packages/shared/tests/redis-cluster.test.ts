import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import {
  type ClusterNode,
  type OwnRedisCluster,
  startOwnRedisCluster,
} from '../../../tests/servers/own-redis-cluster.ts';
import { createPool, poolComponent } from '../src/database/pool.ts';
import { redisCheck } from '../src/health/checks.ts';
import { createKeys } from '../src/keys.ts';
import { deadlineIn } from '../src/lifecycle/deadline.ts';
import { silentLog } from '../src/log.ts';
import { preflight } from '../src/preflight.ts';
import type { RedisClient } from '../src/redis/client.ts';
import { createRedis, type RedisPurpose, redisComponent } from '../src/redis/connections.ts';
import { pipelined } from '../src/redis/pipelines.ts';
import { checkServers } from '../src/redis/preflight.ts';
import { runScript } from '../src/redis/script.ts';
import { createSubscriptions } from '../src/redis/subscriptions.ts';
import { isRedisUnavailable } from '../src/redis/unavailable.ts';

const log = silentLog();
const patience = { timeout: 30_000, interval: 50 };
/** A cluster takes its time to notice that a node is gone. */
const slowMs = 90_000;
/** So many that no node holds none of them. */
const partitions = 48;
const numbers = Array.from({ length: partitions }, (_, n) => n);

let cluster: OwnRedisCluster;
beforeAll(async () => {
  cluster = await startOwnRedisCluster();
}, slowMs);
afterAll(() => cluster?.[Symbol.asyncDispose]());

/** An open connection, closed when the test is over; by default found by one node alone. */
const open = async (
  purpose: RedisPurpose,
  url = cluster.url.split(',')[0] as string,
): Promise<RedisClient> => {
  const redis = createRedis({ url, cluster: true, purpose, name: 'test', log });
  const component = redisComponent(redis);
  await component.start();
  onTestFinished(() => component.stop(deadlineIn(1_000)));
  return redis;
};

const boot = async (redisUrl: string, isCluster: boolean, timeoutMs = 15_000): Promise<void> => {
  const redis = createRedis({
    url: redisUrl,
    cluster: isCluster,
    purpose: 'producer',
    name: 'test',
    log,
  });
  const pool = createPool({ url: inject('databaseUrl'), max: 1, name: 'test', log });
  try {
    await preflight({ redis, pool, timeoutMs, log }).start();
  } finally {
    await redisComponent(redis).stop(deadlineIn(1_000));
    await poolComponent(pool).stop(deadlineIn(1_000));
  }
};

const holders = (keys: readonly string[]): Promise<ClusterNode[]> =>
  Promise.all(keys.map((key) => cluster.primaryOf(key)));

describe.each(['producer', 'worker'] as const)('a %s', (purpose) => {
  test('finds the nodes of all keys by one of them', async () => {
    const redis = await open(purpose);
    const keys = createKeys(randomPrefix());
    const owed = numbers.map((n) => keys.historyOwed(n));
    expect(new Set((await holders(owed)).map(({ address }) => address)).size).toBe(3);
    await Promise.all(owed.map((key, n) => redis.set(key, n)));
    const replies = await pipelined(
      redis,
      numbers,
      (n) => n,
      (batch, n) => batch.get(keys.historyOwed(n)),
    );
    expect(replies.map(Number)).toEqual(numbers);
    const script = { name: `ask${purpose}`, keys: 1, lua: `return redis.call('GET', KEYS[1])` };
    const read = owed.map((key) => runScript(redis, script, [key]));
    expect((await Promise.all(read)).map(Number)).toEqual(numbers);
  });
});

describe('the boot check', () => {
  test('passes a cluster', async () => {
    await boot(cluster.url, true);
  });

  test('says that a node is of a cluster', async () => {
    await expect(boot(cluster.url.split(',')[0] as string, false)).rejects.toMatchObject({
      code: 'redis-is-cluster',
      message: expect.stringContaining('Set REDIS_CLUSTER=true'),
    });
  });

  test('says that a server is no cluster', async () => {
    await expect(boot(inject('redisUrl'), true)).rejects.toMatchObject({
      code: 'redis-not-cluster',
      message: expect.stringContaining('Set REDIS_CLUSTER=false'),
    });
  });

  test('tells a wrong password from a cluster that is not there', async () => {
    const url = new URL(cluster.url.split(',')[0] as string);
    url.password = 'wrong';
    await expect(boot(url.href, true, 5_000)).rejects.toMatchObject({
      code: 'redis-unreachable',
      message: expect.stringMatching(/WRONGPASS|invalid.*password/i),
    });
  });
});

test('a producer gives up on a node that hangs, and asks the others', async () => {
  const redis = await open('producer', cluster.url);
  const keys = createKeys(randomPrefix());
  const hanging = await cluster.primaryOf(keys.historyOwed(0));
  const all = await holders(numbers.map((n) => keys.historyOwed(n)));
  const other = all.findIndex((node) => node !== hanging);
  await Promise.all(numbers.map((n) => redis.exists(keys.historyOwed(n))));
  const goOn = hanging.hang();
  try {
    const [stuck, done] = await Promise.allSettled([
      redis.set(keys.historyOwed(0), 1),
      redis.set(keys.historyOwed(other), 1),
    ]);
    expect(stuck).toMatchObject({ reason: { message: 'Command timed out' } });
    expect(done).toMatchObject({ value: 'OK' });
  } finally {
    goOn();
  }
});

test(
  'when a node dies, listeners move on, producers hear of it and workers wait',
  async () => {
    const [producer, worker] = [await open('producer', cluster.url), await open('worker')];
    const subscriptions = createSubscriptions({
      url: cluster.url,
      cluster: true,
      name: 'ears',
      log,
    });
    await subscriptions.start();
    onTestFinished(() => subscriptions.stop(deadlineIn(1_000)));
    const heard: string[] = [];
    let reconnected = 0;
    subscriptions.onReconnect(() => {
      reconnected += 1;
    });
    await subscriptions.subscribe('news', (message) => heard.push(message));
    const clientsOf = async ({ redis }: ClusterNode) => String(await redis.call('CLIENT', 'LIST'));
    const lists = await Promise.all(cluster.nodes.map(clientsOf));
    const listened = lists.findIndex((list) => list.includes('name=ears'));
    const dying = cluster.nodes[listened] as ClusterNode;

    const keys = createKeys(randomPrefix());
    const all = await holders(numbers.map((n) => keys.historyOwed(n)));
    const lost = all.indexOf(dying);
    await dying.crash();

    const failure = await producer.set(keys.historyOwed(lost), 1).catch((err: unknown) => err);
    expect(isRedisUnavailable(failure)).toBe(true);
    const check = redisCheck({ redis: producer, keys, partitions });
    await expect(check()).rejects.toThrow(/for the partitions .*\b/);
    let isSettled = false;
    const kept = worker.set(keys.historyOwed(lost), 1).finally(() => {
      isSettled = true;
    });
    kept.catch(() => undefined);

    await vi.waitFor(async () => {
      expect(reconnected).toBeGreaterThan(0);
      const alive = cluster.nodes.find((node) => node !== dying) as ClusterNode;
      await alive.redis.publish('news', 'still here');
      expect(heard).toContain('still here');
    }, patience);
    await vi.waitFor(
      () => expect(checkServers(producer)).rejects.toThrow(/the cluster serves all but \d+ of its/),
      patience,
    );
    expect(isSettled).toBe(false);
  },
  slowMs,
);

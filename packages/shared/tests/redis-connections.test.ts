import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
import { deadlineIn } from '../src/lifecycle/deadline.ts';
import { silentLog } from '../src/log.ts';
import { createRedis, producerTimeoutMs, redisComponent } from '../src/redis/connections.ts';
import { isRedisUnavailable } from '../src/redis/unavailable.ts';

let server: OwnRedis;
beforeAll(async () => {
  server = await startOwnRedis();
});
afterAll(() => server[Symbol.asyncDispose]());

const open = async (purpose: 'producer' | 'worker', url = server.url) => {
  const redis = createRedis({ url, purpose, name: 'test', log: silentLog() });
  const component = redisComponent(redis);
  await component.start();
  return { redis, [Symbol.asyncDispose]: () => component.stop(deadlineIn(1_000)) };
};

const rejection = async (work: Promise<unknown>): Promise<{ err: unknown; ms: number }> => {
  const startedAt = performance.now();
  const err = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { err, ms: performance.now() - startedAt };
};

test('a producer fails fast while Redis is gone and serves again when it is back', async () => {
  await using producer = await open('producer');
  await using worker = await open('worker');
  await server.stop();

  const { err, ms } = await rejection(producer.redis.set('a', 1));
  expect(isRedisUnavailable(err)).toBe(true);
  expect(ms).toBeLessThan(producerTimeoutMs + 200);

  const waiting = worker.redis.set('b', 2);
  const back = new Promise((resolve) => producer.redis.once('ready', resolve));
  await server.startAgain();
  expect(await waiting).toBe('OK');
  await back;
  expect(await producer.redis.get('b')).toBe('2');
});

test('a producer gives up on a Redis that hangs', async () => {
  await using producer = await open('producer');
  await using other = await open('producer');
  // A blocked server: it answers nobody until the pause is over.
  await other.redis.call('CLIENT', 'PAUSE', '1500', 'ALL');
  const { err, ms } = await rejection(producer.redis.ping());
  expect(isRedisUnavailable(err)).toBe(true);
  expect(ms).toBeLessThan(1_000);
});

test('a Redis that is full is unavailable, not broken', async () => {
  await using producer = await open('producer');
  await producer.redis.config('SET', 'maxmemory', '1');
  const { err } = await rejection(producer.redis.set('a', 'x'.repeat(1_000)));
  await producer.redis.config('SET', 'maxmemory', '0');
  expect(isRedisUnavailable(err)).toBe(true);
});

test('a fault of ours is not taken for an outage', async () => {
  await using producer = await open('producer');
  const { err } = await rejection(producer.redis.call('NOSUCHCOMMAND'));
  expect(err).toBeInstanceOf(Error);
  expect(isRedisUnavailable(err)).toBe(false);
});

test('a connection whose other side is gone without a word is replaced', async () => {
  await using proxy = await startProxy(server.url);
  await using producer = await open('producer', proxy.url);
  expect(await producer.redis.ping()).toBe('PONG');
  proxy.silence();
  const { err } = await rejection(producer.redis.ping());
  expect(isRedisUnavailable(err)).toBe(true);
  await vi.waitFor(async () => expect(await producer.redis.ping()).toBe('PONG'), {
    timeout: 10_000,
  });
});

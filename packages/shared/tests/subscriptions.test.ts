import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { deadlineIn } from '../src/lifecycle/deadline.ts';
import { silentLog } from '../src/log.ts';
import { createRedis, redisComponent } from '../src/redis/connections.ts';
import { createSubscriptions } from '../src/redis/subscriptions.ts';

/** A proxy before Redis that ends connections, at will or when they are about to subscribe. */
const startBreaker = async (redisUrl: string) => {
  const url = new URL(redisUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let subscriptionsToBreak = 0;
  const server = createServer((client) => {
    const store = connect(target);
    const end = () => {
      client.destroy();
      store.destroy();
    };
    client.on('data', (chunk) => {
      if (subscriptionsToBreak === 0 || !chunk.includes('subscribe')) return store.write(chunk);
      subscriptionsToBreak -= 1;
      return end();
    });
    store.on('data', (chunk) => client.write(chunk));
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.port = String((server.address() as AddressInfo).port);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    /** Ends all connections, and so many of the next ones as soon as they subscribe. */
    breakOff: (subscriptions: number) => {
      subscriptionsToBreak = subscriptions;
      drop();
    },
    [Symbol.asyncDispose]: async () => {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

test.each([0, 3])(
  'a channel is listened to again after its connection was lost, and %d more with it',
  async (more) => {
    await using breaker = await startBreaker(inject('redisUrl'));
    const log = silentLog();
    const subscriptions = createSubscriptions({ url: breaker.url, name: 'test', log });
    const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
    await Promise.all([subscriptions.start(), redisComponent(redis).start()]);
    const channel = randomPrefix();
    let heard = 0;
    let reconnected = 0;
    await subscriptions.subscribe(channel, () => {
      heard += 1;
    });
    subscriptions.onReconnect(() => {
      reconnected += 1;
    });

    breaker.breakOff(more);
    const tell = async () => {
      await redis.publish(channel, 'news');
      return heard > 0;
    };
    await expect.poll(tell, { timeout: 10_000 }).toBe(true);
    expect(reconnected).toBeGreaterThan(0);

    await subscriptions.stop(deadlineIn(1_000));
    await redisComponent(redis).stop(deadlineIn(1_000));
  },
);

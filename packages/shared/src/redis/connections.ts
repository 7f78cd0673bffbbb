import { Redis, type RedisOptions } from 'ioredis';
import { deadlineIn, within } from '../lifecycle/deadline.ts';
import type { Component } from '../lifecycle/stack.ts';
import type { Log } from '../log.ts';
import { isCluster, type RedisClient } from './client.ts';
import { createCluster } from './cluster.ts';
import { corkWrites } from './cork.ts';

/**
 * What a connection is for decides how it meets a Redis that is gone:
 * - `producer` (HTTP requests, health checks) fails within {@link producerTimeoutMs}, so that the
 *   caller can be told at once;
 * - `worker` (claiming and settling jobs) keeps its commands and waits until Redis is back.
 */
export type RedisPurpose = 'producer' | 'worker';

/** How long a producer waits for an answer. Under the one second that the API promises for a 503. */
export const producerTimeoutMs = 800;

/**
 * A connection on which an answer is overdue for this long is given up and replaced: the other side
 * may be gone without a word. Above what BullMQ's blocking commands wait for (10 s) where they run.
 */
const socketTimeoutMs = { producer: 2_000, worker: 15_000 };

/** Reconnecting: at once, then slower, never slower than every second. */
export const reconnectDelayMs = (attempt: number): number =>
  Math.min(50 * 2 ** (attempt - 1), 1_000);

const optionsFor = {
  producer: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: producerTimeoutMs,
    autoResendUnfulfilledCommands: false,
    // ioredis would forget the channels, and leave a rejection to nobody, should the new connection be lost
    // as well before it has subscribed: `subscriptions.ts` does it.
    autoResubscribe: false,
    socketTimeout: socketTimeoutMs.producer,
  },
  worker: { maxRetriesPerRequest: null, socketTimeout: socketTimeoutMs.worker },
} satisfies Record<RedisPurpose, RedisOptions>;

/** Says once when the server is lost and once when it is back, however many attempts lie between. */
const logChanges = (redis: Redis, log: Log) => {
  let lost = false;
  redis.on('error', (err: Error) => {
    if (!lost) log.warn({ reason: err.message }, 'Redis is not reachable; reconnecting');
    lost = true;
  });
  redis.on('close', () => {
    if (!lost && redis.status !== 'end') log.warn('Redis closed the connection; reconnecting');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('Redis is reachable again');
    lost = false;
  });
};

export interface ServerOptions {
  /** Of a cluster, one or several of its nodes: URLs separated by commas. */
  url: string;
  /** Whether it is a Redis Cluster; default false. */
  cluster?: boolean;
  /** Shown by `CLIENT LIST`. */
  name: string;
  log: Log;
}

const toSocket = (purpose: RedisPurpose, name: string) =>
  ({
    ...optionsFor[purpose],
    connectionName: name,
    connectTimeout: 5_000,
    keepAlive: 10_000,
  }) satisfies RedisOptions;

/** What may be set otherwise of one connection. */
type ConnectionSettings = Pick<RedisOptions, 'host' | 'port' | 'retryStrategy'>;

/** A connection to the one server at that URL. It is opened by its component's `start`, not before. */
export const createConnection = (
  options: ServerOptions & { purpose: RedisPurpose; settings?: ConnectionSettings },
): Redis => {
  const redis = new Redis(options.url, {
    ...toSocket(options.purpose, options.name),
    lazyConnect: true,
    retryStrategy: reconnectDelayMs,
    ...options.settings,
  });
  corkWrites(redis);
  logChanges(redis, options.log.child({ connection: `redis:${options.purpose}` }));
  return redis;
};

/** The connection to Redis, or those to a cluster, that its component's `start` opens, not before. */
export const createRedis = (options: ServerOptions & { purpose: RedisPurpose }): RedisClient => {
  const { url, purpose, name } = options;
  if (!options.cluster) return createConnection(options);
  const log = options.log.child({ connection: `redis:${purpose}` });
  return createCluster({ url, node: toSocket(purpose, name), reconnectDelayMs, log });
};

/** Opens a connection of {@link createRedis}; resolves when it is usable, however long that takes. */
export const connected = (redis: RedisClient): Promise<void> =>
  new Promise((resolve, reject) => {
    if (redis.status === 'ready') return resolve();
    redis.once('ready', resolve);
    redis.once('end', () => reject(new Error('the Redis connection was closed')));
    // A failed first attempt is no failure: the retry strategy goes on until `ready`.
    if (redis.status === 'wait') redis.connect().catch(() => undefined);
  });

/** A Redis that does not take leave within this time is left without, in milliseconds. */
const quitMs = 1_000;

const purposeOf = (redis: RedisClient): RedisPurpose => {
  const options = isCluster(redis) ? redis.options.redisOptions : redis.options;
  return options?.maxRetriesPerRequest === null ? 'worker' : 'producer';
};

/** Opens and closes a connection of {@link createRedis} with the process. */
export const redisComponent = (redis: RedisClient): Component => ({
  name: `redis:${purposeOf(redis)}`,
  start: () => connected(redis),
  stop: async (deadline) => {
    const ms = Math.min(quitMs, deadline.remainingMs());
    const quit = redis.status === 'ready' ? redis.quit() : Promise.reject(new Error('not open'));
    await within(deadlineIn(ms), 'taking leave of Redis', quit).catch(() => redis.disconnect());
  },
});

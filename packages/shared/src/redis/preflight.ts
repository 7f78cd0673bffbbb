import { CodedError } from '../errors.ts';
import { addressOf, isCluster, primariesOf, type RedisClient } from './client.ts';
import { connected } from './connections.ts';

/** Oldest version with what BullMQ's scripts and ours use. */
export const minimumRedisVersion = '6.2.0';

const olderThan = (version: string, minimum: string): boolean =>
  version.localeCompare(minimum, 'en', { numeric: true }) < 0;

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];

/** Says what a server is that another was expected to be. */
const notCluster = () =>
  new CodedError(
    'redis-not-cluster',
    'REDIS_CLUSTER is true, but REDIS_URL leads to a Redis that is no cluster. Set REDIS_CLUSTER=false.',
  );

const isNoClusterError = (err: unknown): boolean =>
  err instanceof Error && err.message.includes('cluster support disabled');

/** Why Redis could not be reached, as far as its client tells: what the last node said, or that error. */
export const reasonOf = (err: Error & { lastNodeError?: Error | null }): string => {
  const { message, name, code }: NodeJS.ErrnoException = err.lastNodeError ?? err;
  return message || code || name;
};

/**
 * Resolves when Redis can be reached, however long that takes.
 * @throws CodedError `redis-not-cluster` when that is what it should be.
 */
export const reached = async (redis: RedisClient): Promise<void> => {
  if (!isCluster(redis)) return connected(redis);
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const onNodeError = (err: Error) => {
    if (isNoClusterError(err)) reject(notCluster());
  };
  redis.on('node error', onNodeError);
  try {
    await Promise.race([connected(redis), refused]);
  } finally {
    redis.off('node error', onNodeError);
  }
};

/** How many slots a cluster has. */
const allSlots = 16_384;

/**
 * What keeps a cluster from serving all jobs; undefined: nothing.
 * @throws connection errors.
 */
export const faultOfCluster = async (redis: RedisClient): Promise<string | undefined> => {
  const info = String(await redis.call('CLUSTER', 'INFO'));
  const numberOf = (name: string) => Number(field(info, name) ?? 0);
  const unserved = allSlots - numberOf('cluster_slots_assigned') + numberOf('cluster_slots_fail');
  if (unserved > 0) return `the cluster serves all but ${unserved} of its ${allSlots} slots`;
  const state = field(info, 'cluster_state');
  return state === 'ok' ? undefined : `the cluster is in the state "${state ?? '?'}"`;
};

/** What is asked of a server, and the number of the database that its URL names; default 0. */
interface CheckedServer {
  info(): Promise<string>;
  select(database: number): Promise<unknown>;
  readonly options: { readonly db?: number | undefined };
}

/** Where the server has no such database as the URL names, the client works in database 0 and is silent. */
const checkDatabase = async (redis: CheckedServer): Promise<void> => {
  const { db = 0 } = redis.options;
  if (db === 0) return;
  try {
    await redis.select(db);
  } catch (err) {
    if (!(err instanceof Error && err.message.includes('DB index'))) throw err;
    throw new CodedError(
      'redis-no-database',
      `Redis has no database ${db}. Change the number at the end of REDIS_URL, or give Redis more databases.`,
    );
  }
};

/**
 * Refuses a server on which jobs would be lost or scripts would fail.
 * @returns what is not as it should be, but may be meant so: there are other ways to be safe.
 * @throws CodedError `redis-too-old`, `redis-evicts`, `redis-is-cluster` or `redis-no-database`, saying
 *   what to change.
 */
export const checkRedis = async (
  redis: CheckedServer,
  expected: { cluster: boolean } = { cluster: false },
): Promise<readonly string[]> => {
  const info = await redis.info();
  if (!expected.cluster && field(info, 'cluster_enabled') === '1') {
    throw new CodedError(
      'redis-is-cluster',
      'REDIS_URL leads to a node of a Redis Cluster. Set REDIS_CLUSTER=true.',
    );
  }
  const version = field(info, 'redis_version') ?? '0';
  if (olderThan(version, minimumRedisVersion)) {
    throw new CodedError(
      'redis-too-old',
      `Redis ${version} is too old: Drover needs ${minimumRedisVersion} or later (or Valkey).`,
    );
  }
  const policy = field(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new CodedError(
      'redis-evicts',
      `Redis may throw jobs away: its maxmemory-policy is "${policy}". Set it to noeviction ` +
        '(CONFIG SET maxmemory-policy noeviction, and in redis.conf).',
    );
  }
  await checkDatabase(redis);
  return field(info, 'aof_enabled') === '0'
    ? [
        'Redis keeps no append-only file: should it die, jobs that were accepted are lost. ' +
          'Set appendonly to yes.',
      ]
    : [];
};

/**
 * As {@link checkRedis}; of a cluster, each of its primaries, by its address.
 * @throws CodedError as there; Error while the cluster does not serve all jobs.
 */
export const checkServers = async (redis: RedisClient): Promise<readonly string[]> => {
  if (!isCluster(redis)) return checkRedis(redis);
  const fault = await faultOfCluster(redis);
  if (fault !== undefined) throw new Error(fault);
  const warnings = await Promise.all(
    primariesOf(redis).map(async (node) => {
      const said = await checkRedis(node, { cluster: true }).catch((err: unknown) => {
        if (!(err instanceof CodedError)) throw err;
        throw new CodedError(err.code, `${addressOf(node)}: ${err.message}`);
      });
      return said.map((warning) => `${addressOf(node)}: ${warning}`);
    }),
  );
  return warnings.flat();
};

import type { Queryable } from '@drover/shared/database/in-transaction';
import type { Metrics } from '@drover/shared/metrics/metrics';
import { primariesOf, type RedisClient } from '@drover/shared/redis/client';
import { isClientSession } from './client-sessions.ts';
import { systemMetrics } from './definitions.ts';

/** The size of a database is looked at this often at most, in milliseconds: it means many files. */
const sizeEveryMs = 60_000;

const numberIn = (info: string, name: string): number | undefined => {
  const [, value] = new RegExp(`^${name}:(\\d+)`, 'm').exec(info) ?? [];
  return value === undefined ? undefined : Number(value);
};

const isPersisting = (info: string): boolean => {
  const isOk = (name: string) => new RegExp(`^${name}:ok`, 'm').test(info);
  return numberIn(info, 'aof_enabled') === 1
    ? isOk('aof_last_write_status') && isOk('aof_last_bgrewrite_status')
    : false;
};

interface Fullness {
  readonly used: number;
  readonly most: number | undefined;
  readonly isPersisting: boolean;
}

const fullnessOf = async (node: Pick<RedisClient, 'info'>): Promise<Fullness> => {
  const info = await node.info();
  return {
    used: numberIn(info, 'used_memory') ?? 0,
    most: numberIn(info, 'maxmemory') || numberIn(info, 'total_system_memory'),
    isPersisting: isPersisting(info),
  };
};

const shareOf = ({ used, most }: Fullness): number => (most ? used / most : 0);

/** How full Redis is: of a cluster, the fullest of its primaries. */
export const measureRedis = (metrics: Metrics, redis: RedisClient): void => {
  const used = metrics.gauge(systemMetrics.redisMemory);
  const limit = metrics.gauge(systemMetrics.redisMemoryLimit);
  const persisting = metrics.gauge(systemMetrics.redisPersisting);
  metrics.onScrape({
    name: 'redis',
    sets: [used, limit, persisting],
    collect: async () => {
      const nodes = await Promise.all(primariesOf(redis).map(fullnessOf));
      const fullest = nodes.reduce((one, other) => (shareOf(other) > shareOf(one) ? other : one));
      used.set(fullest.used);
      if (fullest.most) limit.set(fullest.most);
      persisting.set(nodes.every((node) => node.isPersisting) ? 1 : 0);
    },
  });
};

interface ServerRow {
  connections: number;
  most: number;
}

const serverQuery = `
  select (select count(*)::int from pg_stat_activity where ${isClientSession}) as connections,
    current_setting('max_connections')::int as most
`;

/** How full Postgres is. */
export const measurePostgres = (metrics: Metrics, pool: Queryable): void => {
  const connections = metrics.gauge(systemMetrics.postgresConnections);
  const max = metrics.gauge(systemMetrics.postgresMaxConnections);
  const size = metrics.gauge(systemMetrics.postgresBytes);
  let known: { bytes: number; at: number } | undefined;

  const bytes = async (): Promise<number> => {
    if (!known || performance.now() - known.at > sizeEveryMs) {
      const { rows } = await pool.query<{ bytes: string }>(
        'select pg_database_size(current_database()) as bytes',
      );
      known = { bytes: Number(rows[0]?.bytes), at: performance.now() };
    }
    return known.bytes;
  };

  metrics.onScrape({
    name: 'postgres',
    sets: [connections, max, size],
    collect: async () => {
      const { rows } = await pool.query<ServerRow>(serverQuery);
      connections.set(rows[0]?.connections ?? 0);
      max.set(rows[0]?.most ?? 0);
      size.set(await bytes());
    },
  });
};

import { createPool, poolComponent } from '../../packages/shared/src/database/pool.ts';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';

/**
 * Connections that a Drover process holds, as the servers see it. BullMQ names its own connections
 * after the key prefix, all others carry the process's name.
 */
export const countConnections = async (
  name: string,
  stores: { redisUrl: string; databaseUrl: string; keyPrefix: string },
): Promise<{ redis: number; postgres: number }> => {
  const log = silentLog();
  const redis = createRedis({ url: stores.redisUrl, purpose: 'worker', name: 'observer', log });
  const pool = createPool({ url: stores.databaseUrl, max: 1, name: 'observer', log });
  try {
    const clients = String(await redis.call('CLIENT', 'LIST'));
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::int as count from pg_stat_activity where application_name = $1',
      [name],
    );
    return {
      redis: clients
        .split('\n')
        .filter((line) => line.includes(` name=${name} `) || line.includes(stores.keyPrefix))
        .length,
      postgres: rows[0]?.count ?? 0,
    };
  } finally {
    await redisComponent(redis).stop(deadlineIn(1_000));
    await poolComponent(pool).stop(deadlineIn(1_000));
  }
};

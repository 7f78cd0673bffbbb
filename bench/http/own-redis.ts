import { join } from 'node:path';
import { startRedis } from '../../scripts/stack/redis.ts';
import { type Resources, say } from '../run-bench.ts';
import type { Servers } from '../servers.ts';

/** The same servers, but for a fresh Redis that nobody else uses. */
export const withOwnRedis = async (
  resources: Resources,
  servers: Servers,
  name: string,
): Promise<Servers> => {
  const redis = await startRedis({ dataDir: join(servers.folder, `redis-${name}`), say });
  resources.defer(async () => void (await redis.stop()));
  return { ...servers, redisUrl: redis.url };
};

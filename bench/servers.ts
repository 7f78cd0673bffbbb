import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedServer } from '../scripts/stack/embedded-server.ts';
import { startPostgres } from '../scripts/stack/postgres.ts';
import { startRedis } from '../scripts/stack/redis.ts';
import { makePassable } from '../scripts/stack/system-user.ts';
import { type Resources, say } from './run-bench.ts';

/**
 * A Redis and a Postgres of a benchmark's own: empty, thrown away afterwards. Redis is set up as by
 * `npm start`; Postgres does not sync to the disk unless it is to be `durable`: few figures depend on it.
 */
export interface Servers {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** A folder for whatever else must be thrown away. */
  readonly folder: string;
}

export const startServers = async (
  resources: Resources,
  { durable = false }: { durable?: boolean } = {},
): Promise<Servers> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  // Postgres, which refuses to run as root, must be able to reach its own folder in there.
  await makePassable(folder);

  const keep = async (starting: Promise<EmbeddedServer>) => {
    // Whoever interrupts a start waits for its end: half a server could not be stopped.
    resources.defer(async () => void (await (await starting.catch(() => undefined))?.stop()));
    return (await starting).url;
  };
  const [redisUrl, databaseUrl] = await Promise.all([
    keep(startRedis({ dataDir: join(folder, 'redis'), say })),
    keep(startPostgres({ dataDir: join(folder, 'postgres'), durable, say })),
  ]);
  return { redisUrl, databaseUrl, folder };
};

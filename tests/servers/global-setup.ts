import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../scripts/stack/postgres.ts';
import { startRedis } from '../../scripts/stack/redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
    databaseUrl: string;
  }
}

/**
 * A Redis and a Postgres for a test run, used by all its test files: empty, thrown away afterwards.
 * Tests keep apart by random key prefixes.
 */
export const setup = async (project: TestProject) => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-test-'));
  const [redis, postgres] = await Promise.all([
    startRedis({ dataDir: join(folder, 'redis') }),
    startPostgres({ dataDir: join(folder, 'postgres'), durable: false }),
  ]);
  project.provide('redisUrl', redis.url);
  project.provide('databaseUrl', postgres.url);

  return async () => {
    await Promise.all([redis.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
};

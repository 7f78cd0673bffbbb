import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { urlOfRunning } from './embedded-database.ts';

/** The settings that `redis.ts` has written when it was last started. */
const redisUrl = async (dataDir: string): Promise<string | undefined> => {
  const settings = await readFile(join(dataDir, 'redis', 'redis.conf'), 'utf8').catch(() => '');
  const [port, password] = ['port', 'requirepass'].map(
    (name) => new RegExp(`^${name} (\\S+)$`, 'm').exec(settings)?.[1],
  );
  return port && password ? `redis://:${password}@127.0.0.1:${port}` : undefined;
};

/** Where the servers of `npm start` are, or were when they last ran; undefined where they never did. */
export const embeddedAddresses = async (
  dataDir: string,
): Promise<Record<'REDIS_URL' | 'DATABASE_URL', string | undefined>> => ({
  REDIS_URL: await redisUrl(dataDir),
  DATABASE_URL: await urlOfRunning(join(dataDir, 'postgres')).catch(() => undefined),
});

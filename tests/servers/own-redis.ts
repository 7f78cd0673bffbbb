import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadlineIn } from '../../packages/shared/src/lifecycle/deadline.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { createRedis, redisComponent } from '../../packages/shared/src/redis/connections.ts';
import type { EmbeddedServer } from '../../scripts/stack/embedded-server.ts';
import { startRedis } from '../../scripts/stack/redis.ts';

/** A Redis of a test's own, to stop, start again and kill. Its port and its data stay the same. */
export interface OwnRedis extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<void>;
  /** A connection to configure the server with. */
  connect(): Promise<{ redis: ReturnType<typeof createRedis> } & AsyncDisposable>;
  /** After {@link OwnRedis.stop}: the same server again. */
  startAgain(): Promise<void>;
}

export const startOwnRedis = async (): Promise<OwnRedis> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-redis-'));
  let server: EmbeddedServer = await startRedis({ dataDir: folder });
  const { port, url } = server;
  return {
    url,
    stop: async () => {
      await server.stop();
    },
    connect: async () => {
      const redis = createRedis({ url, purpose: 'worker', name: 'admin', log: silentLog() });
      const component = redisComponent(redis);
      await component.start();
      return { redis, [Symbol.asyncDispose]: () => component.stop(deadlineIn(1_000)) };
    },
    startAgain: async () => {
      server = await startRedis({ dataDir: folder, port });
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

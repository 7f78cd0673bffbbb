import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from '../../../scripts/stack/embedded-server.ts';
import { startPostgres } from '../../../scripts/stack/postgres.ts';
import { startRedis } from '../../../scripts/stack/redis.ts';

/** A Redis as `npm start` sets it up, to be killed outright. */
export interface MortalRedis extends AsyncDisposable {
  readonly url: string;
  /** `kill -9`; after that time it is started again, with the file that it has left. */
  crash(downMs: number): Promise<void>;
}

export const startMortalRedis = async (dataDir: string): Promise<MortalRedis> => {
  let server: EmbeddedServer = await startRedis({ dataDir });
  const { port, url } = server;
  return {
    url,
    crash: async (downMs) => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      await sleep(downMs);
      server = await startRedis({ dataDir, port });
    },
    [Symbol.asyncDispose]: async () => void (await server.stop()),
  };
};

/** A Postgres to be stopped, and started again with its data. */
export interface StoppablePostgres extends AsyncDisposable {
  readonly url: string;
  /** Ends all sessions; after that time it is there again. */
  restart(downMs: number): Promise<void>;
}

export const startStoppablePostgres = async (dataDir: string): Promise<StoppablePostgres> => {
  let server: EmbeddedServer = await startPostgres({ dataDir, durable: false });
  const { port, url } = server;
  return {
    url,
    restart: async (downMs) => {
      await server.stop();
      await sleep(downMs);
      server = await startPostgres({ dataDir, durable: false, port });
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

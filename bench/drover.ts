import { join } from 'node:path';
import { freePort } from '../scripts/stack/ports.ts';
import { untilReady } from '../scripts/stack/readiness.ts';
import { frugalMemory, nodeOptions } from '../scripts/stack/start-apps.ts';
import { startProgram } from './processes.ts';
import type { Resources } from './run-bench.ts';
import type { Servers } from './servers.ts';

const portVariables = { api: 'PORT', worker: 'WORKER_PORT', scheduler: 'SCHEDULER_PORT' } as const;

export type Role = keyof typeof portVariables;
export const roles = Object.keys(portVariables) as readonly Role[];

/** A Drover of real processes, with ports, keys and data of its own. */
export interface Drover {
  /** Base URL of the API. */
  readonly url: string;
  readonly pids: Readonly<Record<Role, number>>;
}

export interface DroverOptions {
  /** A module that the worker loads before its program: a path from the checkout's root. */
  readonly workerPreload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts api, worker and scheduler as `npm start` does and waits until all are ready. */
export const startDrover = async (
  resources: Resources,
  servers: Servers,
  options: DroverOptions = {},
): Promise<Drover> => {
  const env = {
    ...frugalMemory,
    REDIS_URL: servers.redisUrl,
    DATABASE_URL: servers.databaseUrl,
    KEY_PREFIX: 'bench',
    DATA_DIR: join(servers.folder, 'data'),
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  const start = async (role: Role, preload?: string) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const running = await startProgram(
      resources,
      {
        name: role,
        entry: `packages/${role}/src/main.ts`,
        nodeOptions: [...nodeOptions, ...(preload ? [`--import=./${preload}`] : [])],
        env: { ...env, [portVariables[role]]: String(port) },
      },
      (ended) => untilReady(`${url}/ready`, { signal: ended }),
    );
    return { url, pid: running.pid };
  };
  const [api, worker, scheduler] = await Promise.all([
    start('api'),
    start('worker', options.workerPreload),
    start('scheduler'),
  ]);
  return {
    url: api.url,
    pids: { api: api.pid, worker: worker.pid, scheduler: scheduler.pid },
  };
};

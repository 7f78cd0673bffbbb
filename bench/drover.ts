import { join } from 'node:path';
import { freePort } from '../scripts/stack/ports.ts';
import { untilReady } from '../scripts/stack/readiness.ts';
import { frugalMemory, nodeOptionsOf } from '../scripts/stack/start-apps.ts';
import { startProgram } from './processes.ts';
import type { Resources } from './run-bench.ts';
import type { Servers } from './servers.ts';

const portVariables = { api: 'PORT', worker: 'WORKER_PORT', scheduler: 'SCHEDULER_PORT' } as const;

export type Role = keyof typeof portVariables;
export const roles = Object.keys(portVariables) as readonly Role[];

/** A process of Drover that runs and is ready. */
export interface DroverProcess {
  /** Its base URL: the API, or a process's health endpoints. */
  readonly url: string;
  readonly pid: number;
}

/** A Drover of real processes, with ports, keys and data of its own. */
export interface Drover {
  /** Base URL of the API. */
  readonly url: string;
  readonly pids: Readonly<Record<Role, number>>;
}

export interface DroverOptions {
  /** Options of Node for single roles, after those that all have. */
  readonly nodeOptions?: Readonly<Partial<Record<Role, readonly string[]>>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** First part of every Redis key of a Drover under measurement. */
export const keyPrefix = 'bench';

/** Starts one process as `npm start` does and waits until it is ready. */
export const startRole = async (
  role: Role,
  resources: Resources,
  servers: Servers,
  options: DroverOptions = {},
): Promise<DroverProcess> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { pid } = await startProgram(
    resources,
    {
      name: role,
      entry: `packages/${role}/src/main.ts`,
      nodeOptions: [...nodeOptionsOf(role), ...(options.nodeOptions?.[role] ?? [])],
      env: {
        ...frugalMemory,
        REDIS_URL: servers.redisUrl,
        DATABASE_URL: servers.databaseUrl,
        KEY_PREFIX: keyPrefix,
        DATA_DIR: join(servers.folder, 'data'),
        LOG_LEVEL: 'warn',
        ...options.env,
        [portVariables[role]]: String(port),
      },
    },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  return { url, pid };
};

/** Starts api, worker and scheduler as `npm start` does and waits until all are ready. */
export const startDrover = async (
  resources: Resources,
  servers: Servers,
  options: DroverOptions = {},
): Promise<Drover> => {
  const start = (role: Role) => startRole(role, resources, servers, options);
  const [api, worker, scheduler] = await Promise.all([
    start('api'),
    start('worker'),
    start('scheduler'),
  ]);
  return {
    url: api.url,
    pids: { api: api.pid, worker: worker.pid, scheduler: scheduler.pid },
  };
};

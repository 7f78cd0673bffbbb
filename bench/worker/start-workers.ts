import { freePort } from '../../scripts/stack/ports.ts';
import { untilReady } from '../../scripts/stack/readiness.ts';
import { frugalMemory, nodeOptionsOf } from '../../scripts/stack/start-apps.ts';
import { type DroverProcess, startRole } from '../drover.ts';
import { startProgram } from '../processes.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { bareVariables, type Place } from './places.ts';

export interface WorkerOptions {
  readonly concurrency: number;
  /** Options of Node beside those that Drover's worker always has. */
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts Drover's worker as `npm start` does. */
export const startDroverWorker = (
  resources: Resources,
  servers: Servers,
  { concurrency, nodeOptions = [], env }: WorkerOptions,
): Promise<DroverProcess> =>
  startRole('worker', resources, servers, {
    nodeOptions: { worker: nodeOptions },
    env: { CONCURRENCY: `demo=${concurrency}`, ...env },
  });

/** Starts a bare worker, with the options of Node that Drover's worker has. */
export const startBareWorker = async (
  resources: Resources,
  { redisUrl }: Servers,
  { prefix }: Place,
  { concurrency, nodeOptions = [], env }: WorkerOptions,
): Promise<DroverProcess> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { pid } = await startProgram(
    resources,
    {
      name: 'bare worker',
      entry: 'bench/worker/bare-worker.ts',
      nodeOptions: [...nodeOptionsOf('worker'), ...nodeOptions],
      env: {
        ...frugalMemory,
        PORT: String(port),
        [bareVariables.redisUrl]: redisUrl,
        [bareVariables.prefix]: prefix,
        [bareVariables.concurrency]: String(concurrency),
        ...env,
      },
    },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  return { url, pid };
};

import { freePort } from '../../scripts/stack/ports.ts';
import { untilReady } from '../../scripts/stack/readiness.ts';
import { frugalMemory, nodeOptionsOf } from '../../scripts/stack/start-apps.ts';
import type { DroverProcess } from '../drover.ts';
import { startProgram } from '../processes.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { bareRedisUrl } from './bare-names.ts';
import { tenantEnv } from './tenant.ts';

/** Starts a program that Drover is measured against, with the options of Node that Drover's processes have. */
export const startBare = async (
  program: 'bare-server' | 'bare-worker' | 'checked-server',
  resources: Resources,
  { redisUrl }: Servers,
): Promise<DroverProcess> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { pid } = await startProgram(
    resources,
    {
      name: program.replace('-', ' '),
      entry: `bench/http/${program}.ts`,
      nodeOptions: nodeOptionsOf(program === 'bare-worker' ? 'worker' : 'api'),
      env: { ...frugalMemory, ...tenantEnv, PORT: String(port), [bareRedisUrl]: redisUrl },
    },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  return { url, pid };
};

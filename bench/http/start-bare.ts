import { freePort } from '../../scripts/stack/ports.ts';
import { untilReady } from '../../scripts/stack/readiness.ts';
import { frugalMemory, nodeOptionsOf } from '../../scripts/stack/start-apps.ts';
import type { DroverProcess } from '../drover.ts';
import { startProgram } from '../processes.ts';
import type { Resources } from '../run-bench.ts';
import type { Servers } from '../servers.ts';
import { bareRedisUrl } from './bare-names.ts';

/** Starts a bare program with the options of Node that Drover's processes have. */
export const startBare = async (
  program: 'server' | 'worker',
  resources: Resources,
  { redisUrl }: Servers,
): Promise<DroverProcess> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { pid } = await startProgram(
    resources,
    {
      name: `bare ${program}`,
      entry: `bench/http/bare-${program}.ts`,
      nodeOptions: nodeOptionsOf(program === 'server' ? 'api' : program),
      env: { ...frugalMemory, PORT: String(port), [bareRedisUrl]: redisUrl },
    },
    (ended) => untilReady(`${url}/ready`, { signal: ended }),
  );
  return { url, pid };
};

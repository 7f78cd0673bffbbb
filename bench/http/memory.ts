import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { freePort } from '../../scripts/stack/ports.ts';
import { startRole } from '../drover.ts';
import { residentOf } from '../resident.ts';
import { type Resources, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { heapPort } from './heap-port.ts';
import { type Generator, startGenerator } from './load/start-generator.ts';
import { watchRedis } from './redis-under-load.ts';
import { submissions } from './requests.ts';
import { tenantEnv } from './tenant.ts';

export const memoryPlan = {
  warmUp: 100_000,
  windows: 20,
  submissionsPerWindow: 50_000,
  connections: 50,
} as const;

const readMs = 250;

/** Bytes of the API process over one window. */
export interface MemoryWindow {
  /** Least resident memory seen while under load: free of the garbage that comes and goes. */
  readonly resident: number;
  /** JavaScript heap in use after the window and a full collection. */
  readonly heap: number;
}

/** Least resident memory of a process while something goes on. */
export const leastResident = async (pid: number, something: Promise<unknown>): Promise<number> => {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  // Whoever awaits `something` hears of its failure.
  void something.then(end, end);
  let least = Number.POSITIVE_INFINITY;
  while (!isOver) {
    least = Math.min(least, (await residentOf(pid)).rss);
    await sleep(readMs);
  }
  return least;
};

const takeWindow = async (
  generator: Generator,
  api: { url: string; pid: number; heapUrl: string },
  count: number,
): Promise<MemoryWindow> => {
  const run = { requests: submissions(api.url), connections: memoryPlan.connections };
  const load = generator.make({ ...run, until: { count } });
  const resident = await leastResident(api.pid, load);
  await load;
  const { body } = await request(api.heapUrl);
  const { heapUsed } = (await body.json()) as { heapUsed: number };
  return { resident, heap: heapUsed };
};

/** Reads the API's memory over a million submissions. Redis is emptied between the windows. */
export const measureMemory = async (resources: Resources): Promise<readonly MemoryWindow[]> => {
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const generator = await startGenerator(resources);
  const port = await freePort();
  const { url, pid } = await startRole('api', resources, servers, {
    env: { ...tenantEnv, [heapPort]: String(port) },
    nodeOptions: { api: ['--expose-gc', '--import=./bench/http/report-heap.ts'] },
  });
  const api = { url, pid, heapUrl: `http://127.0.0.1:${port}` };

  say('warming up…');
  await takeWindow(generator, api, memoryPlan.warmUp);
  const windows: MemoryWindow[] = [];
  while (windows.length < memoryPlan.windows) {
    await redis.empty();
    windows.push(await takeWindow(generator, api, memoryPlan.submissionsPerWindow));
    const { resident, heap } = windows.at(-1) as MemoryWindow;
    say(`window ${windows.length} of ${memoryPlan.windows}: resident ${resident}, heap ${heap}`);
  }
  return windows;
};

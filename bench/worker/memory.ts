import { request } from 'undici';
import { freePort } from '../../scripts/stack/ports.ts';
import { heapPort } from '../http/heap-port.ts';
import { leastResident, type MemoryWindow } from '../http/memory.ts';
import { watchRedis } from '../http/redis-under-load.ts';
import { type Resources, say } from '../run-bench.ts';
import { startServers } from '../servers.ts';
import { startDrover } from './contestant.ts';
import { lineUp, runJobs } from './run-jobs.ts';

export const memoryPlan = {
  concurrency: 10,
  warmUp: 100_000,
  windows: 20,
  jobsPerWindow: 50_000,
} as const;

/** Reads the worker's memory over a million jobs. Redis is emptied between the windows. */
export const measureMemory = async (resources: Resources): Promise<readonly MemoryWindow[]> => {
  const servers = await startServers(resources);
  const redis = await watchRedis(resources, servers.redisUrl);
  const port = await freePort();
  const { concurrency } = memoryPlan;
  const drover = await startDrover(resources, servers, {
    concurrency,
    nodeOptions: ['--expose-gc', '--import=./bench/http/report-heap.ts'],
    env: { [heapPort]: String(port) },
  });

  const takeWindow = async (jobs: number): Promise<MemoryWindow> => {
    await redis.empty();
    await lineUp(drover, jobs);
    const run = runJobs(drover, redis, { jobs, concurrency });
    const resident = await leastResident(drover.worker.pid, run);
    await run;
    const { body } = await request(`http://127.0.0.1:${port}`);
    const { heapUsed } = (await body.json()) as { heapUsed: number };
    return { resident, heap: heapUsed };
  };

  say('warming up…');
  await takeWindow(memoryPlan.warmUp);
  const windows: MemoryWindow[] = [];
  while (windows.length < memoryPlan.windows) {
    const window = await takeWindow(memoryPlan.jobsPerWindow);
    windows.push(window);
    const { resident, heap } = window;
    say(`window ${windows.length} of ${memoryPlan.windows}: resident ${resident}, heap ${heap}`);
  }
  return windows;
};

import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { keyPrefix, startRole } from '../drover.ts';
import { type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { bareDemo } from './bare-names.ts';
import { type Generator, startGenerator } from './load/start-generator.ts';
import { withOwnRedis } from './own-redis.ts';
import { type RedisUnderLoad, watchRedis } from './redis-under-load.ts';
import { echo, echoes } from './requests.ts';
import { startBare } from './start-bare.ts';
import { tenantEnv } from './tenant.ts';

const jobs = 10_000;
const settleMs = 1_000;
const pollMs = 250;

/** Most that following may cost for a job that nobody follows, in bytes. */
export const trafficTarget = 1_024;

export interface Traffic {
  readonly jobs: number;
  /** Bytes that Redis received and sent for one job, from its claim to its end. */
  readonly drover: number;
  readonly bare: number;
  readonly extra: number;
  readonly target: number;
  readonly isMet: boolean;
}

const networkBytes = async (redis: RedisUnderLoad) =>
  (await redis.figure('total_net_input_bytes')) + (await redis.figure('total_net_output_bytes'));

/**
 * Lets a worker, which is there already and finds its queue paused, run all jobs. What is counted
 * holds no submission and no start of a process.
 */
const bytesPerJob = async (queue: Queue, redis: RedisUnderLoad): Promise<number> => {
  await sleep(settleMs);
  const before = await networkBytes(redis);
  await queue.resume();
  for (;;) {
    const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed');
    if (failed > 0) throw new Error(`${failed} jobs failed`);
    if (completed === jobs) break;
    await sleep(pollMs);
  }
  return ((await networkBytes(redis)) - before) / jobs;
};

const openQueue = async (
  resources: Resources,
  redisUrl: string,
  at: typeof bareDemo | { name: string; prefix: string },
) => {
  const queue = new Queue(at.name, { prefix: at.prefix, connection: { url: redisUrl } });
  resources.defer(() => queue.close());
  await queue.pause();
  return queue;
};

/** Drover: an API that nobody asks to follow anything, and a worker. */
const measureDrover = async (resources: Resources, servers: Servers, generator: Generator) => {
  const redis = await watchRedis(resources, servers.redisUrl);
  const prefix = createKeys(keyPrefix).partition(0);
  const queue = await openQueue(resources, servers.redisUrl, { name: 'demo', prefix });
  const { url } = await startRole('api', resources, servers, { env: tenantEnv });
  await generator.make({ requests: echoes(url), connections: 20, until: { count: jobs } });
  await startRole('worker', resources, servers, { env: tenantEnv });
  return bytesPerJob(queue, redis);
};

const measureBare = async (resources: Resources, servers: Servers) => {
  const redis = await watchRedis(resources, servers.redisUrl);
  const queue = await openQueue(resources, servers.redisUrl, bareDemo);
  await queue.addBulk(
    Array.from({ length: jobs }, () => ({ name: 'demo.echo', data: echo.payload })),
  );
  await startBare('bare-worker', resources, servers);
  return bytesPerJob(queue, redis);
};

export const measureTraffic = async (resources: Resources): Promise<Traffic> => {
  say('traffic of finished jobs: starting a Redis for each…');
  const servers = await startServers(resources);
  const generator = await startGenerator(resources);
  const own = (name: string) => withOwnRedis(resources, servers, name);
  const bare = await measureBare(resources, await own('bare'));
  const drover = await measureDrover(resources, await own('drover'), generator);
  const extra = drover - bare;
  return { jobs, drover, bare, extra, target: trafficTarget, isMet: extra <= trafficTarget };
};

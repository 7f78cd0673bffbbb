import { startRole } from '../drover.ts';
import { median } from '../percentiles.ts';
import { forAWhile, type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { payloadBytes } from './email.ts';
import { type Generator, startGenerator } from './load/start-generator.ts';
import { withOwnRedis } from './own-redis.ts';
import { queuedJobs } from './queued-jobs.ts';
import { watchRedis } from './redis-under-load.ts';
import { submissions } from './requests.ts';
import { startBare } from './start-bare.ts';
import { tenantEnv } from './tenant.ts';

/** Jobs over which the memory is averaged, after some that let Redis make what it makes once. */
const jobs = 20_000;
const firstJobs = 1_000;

/**
 * Each time on a fresh Redis: one reuses the strings of its scripts otherwise than the next, which
 * alone makes some 30 bytes a job.
 */
const rounds = 3;

/** Most that a job of Drover's may take, as a multiple of raw BullMQ's. */
export const queuedBytesTarget = 1.35;

export interface QueuedBytes {
  readonly rounds: number;
  readonly jobs: number;
  readonly payloadBytes: number;
  /** Memory of Redis for one queued job, in bytes: median of the rounds. */
  readonly drover: number;
  readonly bare: number;
  readonly ratio: number;
  readonly target: number;
  readonly isMet: boolean;
}

/** Submits on a Redis of its own and reads how much more memory that takes. */
const bytesPerJob = async (
  resources: Resources,
  generator: Generator,
  servers: Servers,
  name: string,
  whose: 'drover' | 'bare',
): Promise<number> => {
  const own = await withOwnRedis(resources, servers, name);
  const redis = await watchRedis(resources, own.redisUrl);
  const { url } =
    whose === 'drover'
      ? await startRole('api', resources, own, { env: tenantEnv })
      : await startBare('bare-server', resources, own);

  const submit = (count: number) =>
    generator.make({ requests: submissions(url), connections: 20, until: { count } });
  await submit(firstJobs);
  const before = await redis.figure('used_memory');
  await submit(jobs);
  const after = await redis.figure('used_memory');
  const count = await queuedJobs(resources, own.redisUrl, whose).count();
  if (count !== firstJobs + jobs) throw new Error(`${whose}: ${count} jobs are queued`);
  return (after - before) / jobs;
};

const measure = async (resources: Resources): Promise<QueuedBytes> => {
  const servers = await startServers(resources);
  const generator = await startGenerator(resources);
  const samples = { drover: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const whose of ['drover', 'bare'] as const) {
      const take = (own: Resources) =>
        bytesPerJob(own, generator, servers, `${whose}-${round}`, whose);
      samples[whose].push(await forAWhile(resources, take));
    }
  }
  const drover = median(samples.drover);
  const bare = median(samples.bare);
  const ratio = drover / bare;
  const target = queuedBytesTarget;
  return { rounds, jobs, payloadBytes, drover, bare, ratio, target, isMet: ratio <= target };
};

/** Memory of Redis for queued jobs. What it starts is gone when it resolves. */
export const measureQueuedBytes = (resources: Resources): Promise<QueuedBytes> => {
  say('memory of queued jobs: starting a Redis for each…');
  return forAWhile(resources, measure);
};

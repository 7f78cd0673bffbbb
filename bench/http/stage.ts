import { type DroverProcess, startRole } from '../drover.ts';
import type { Resources } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';
import { type Generator, startGenerator } from './load/start-generator.ts';
import { type QueuedJobs, queuedJobs } from './queued-jobs.ts';
import { type RedisUnderLoad, watchRedis } from './redis-under-load.ts';
import { startBare } from './start-bare.ts';
import { tenantEnv } from './tenant.ts';

/** A server under load and the jobs that it has accepted. */
export interface Contestant extends DroverProcess {
  readonly jobs: QueuedJobs;
}

/** The servers on one Redis, and what puts them under load. No worker: jobs stay queued. */
export interface Stage {
  readonly servers: Servers;
  readonly redis: RedisUnderLoad;
  readonly generator: Generator;
  readonly drover: Contestant;
  readonly bare: Contestant;
  readonly checked: Contestant;
}

/** @param apiOptions options of Node for the API alone. */
export const setStage = async (
  resources: Resources,
  apiOptions: readonly string[] = [],
): Promise<Stage> => {
  const servers = await startServers(resources);
  const { redisUrl } = servers;
  const redis = await watchRedis(resources, redisUrl);
  const [generator, drover, bare, checked] = await Promise.all([
    startGenerator(resources),
    startRole('api', resources, servers, { env: tenantEnv, nodeOptions: { api: apiOptions } }),
    startBare('bare-server', resources, servers),
    startBare('checked-server', resources, servers),
  ]);
  return {
    servers,
    redis,
    generator,
    drover: { ...drover, jobs: queuedJobs(resources, redisUrl, 'drover') },
    bare: { ...bare, jobs: queuedJobs(resources, redisUrl, 'bare') },
    checked: { ...checked, jobs: queuedJobs(resources, redisUrl, 'checked') },
  };
};

import { createCatalog } from '@drover/jobs/catalog';
import type { JobType } from '@drover/jobs/definition/define-job';
import { createArtifactStore } from '@drover/shared/artifacts/configured-store';
import { createCaches } from '@drover/shared/cache/create-caches';
import { createPool } from '@drover/shared/database/pool';
import { createKeys } from '@drover/shared/keys';
import { createLog } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createRedis } from '@drover/shared/redis/connections';
import { createSubscriptions } from '@drover/shared/redis/subscriptions';
import { createServices } from '../../services/on-demand.ts';
import type { Briefing } from '../messages.ts';
import type { ChildWorkshop } from './runner.ts';

/** Most Postgres connections of one child: it runs one handler. */
const poolMax = 2;

/** Most memory for cached values of one child, in bytes. */
const cacheMemoryBytes = 1_048_576;

/** The services of handlers, as in the worker. Nothing is connected before a handler needs it. */
export const composeChild = async ({ config, catalog }: Briefing): Promise<ChildWorkshop> => {
  const { jobTypes } = (await import(catalog)) as { jobTypes: readonly JobType[] };
  const name = `drover-worker:${process.pid}`;
  const log = await createLog('worker', config.log);
  const redis = createRedis({
    url: config.redis.url,
    cluster: config.redis.cluster,
    purpose: 'worker',
    name,
    log,
  });
  const keys = createKeys(config.redis.keyPrefix);
  const queues = createQueueSet({ redis, keys, log });
  const pool = createPool({ ...config.database, max: poolMax, name, log });
  const subscriptions = createSubscriptions({
    url: config.redis.url,
    cluster: config.redis.cluster,
    name,
    log,
  });
  // Fails fast, so that handlers do without the cache while Redis is away.
  const producer = createRedis({
    url: config.redis.url,
    cluster: config.redis.cluster,
    purpose: 'producer',
    name,
    log,
  });
  const caches = createCaches({
    redis: producer,
    subscriptions,
    keys,
    maxBytes: cacheMemoryBytes,
    log,
  });
  const store = createArtifactStore(config);
  return {
    catalog: createCatalog({ production: config.production, types: jobTypes }),
    services: createServices({
      config,
      artifacts: store,
      queues,
      pool,
      caches,
      clientName: name,
      log,
    }).services,
    store,
  };
};

import { mkdir, statfs } from 'node:fs/promises';
import type { Pool } from 'pg';
import { poolUse } from '../database/pool.ts';
import type { RedisClient } from '../redis/client.ts';
import { readVersion } from '../version.ts';
import type { Metrics } from './metrics.ts';
import { processMetrics } from './process-definitions.ts';

interface ProcessParts {
  redis: RedisClient;
  pool: Pool;
  dataDir: string;
}

/** What a process has, and how much of it is left. */
export const measureProcess = (metrics: Metrics, { redis, pool, dataDir }: ProcessParts): void => {
  metrics.gauge(processMetrics.info).set({ version: readVersion() }, 1);
  const connected = metrics.gauge(processMetrics.redisConnected);
  const connections = metrics.gauge(processMetrics.poolConnections);
  const max = metrics.gauge(processMetrics.poolMax);
  const waiting = metrics.gauge(processMetrics.poolWaiting);
  const disk = metrics.gauge(processMetrics.diskFree);
  const memory = metrics.gauge(processMetrics.memoryAvailable);

  metrics.onScrape({
    name: 'process',
    sets: [connected, connections, max, waiting, memory],
    collect: () => {
      connected.set(redis.status === 'ready' ? 1 : 0);
      const use = poolUse(pool);
      connections.set({ state: 'busy' }, use.open - use.idle);
      connections.set({ state: 'idle' }, use.idle);
      max.set(use.max);
      waiting.set(use.waiting);
      memory.set(process.availableMemory());
    },
  });
  metrics.onScrape({
    name: 'disk',
    sets: [disk],
    collect: async () => {
      await mkdir(dataDir, { recursive: true });
      const { bavail, bsize } = await statfs(dataDir);
      disk.set(bavail * bsize);
    },
  });
};

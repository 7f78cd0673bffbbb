import { mkdir, statfs } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { toError } from '../errors.ts';
import type { Keys } from '../keys.ts';
import { deadlineIn, within } from '../lifecycle/deadline.ts';
import { isCluster, type RedisClient } from '../redis/client.ts';

/** A check that takes longer than this has failed. */
const checkTimeoutMs = 900;

/** Resolves when all is well, else throws an error that says what is not, in words for operators. */
export type Check = () => Promise<void>;

/** Checks by name; the name is what `/health` and `/ready` report. */
export type Checks = Readonly<Record<string, Check>>;

export interface HealthReport {
  status: 'ok' | 'failing';
  checks: Record<string, { status: 'ok' | 'failing'; ms: number; message?: string }>;
}

const runCheck = async (name: string, check: Check) => {
  const startedAt = performance.now();
  const ms = () => Math.round((performance.now() - startedAt) * 10) / 10;
  try {
    await within(deadlineIn(checkTimeoutMs), `the ${name} check`, check());
    return [name, { status: 'ok', ms: ms() }] as const;
  } catch (err) {
    return [name, { status: 'failing', ms: ms(), message: toError(err).message }] as const;
  }
};

/** Runs all checks at once; takes at most about {@link checkTimeoutMs}. */
export const runChecks = async (checks: Checks): Promise<HealthReport> => {
  const outcomes = await Promise.all(
    Object.entries(checks).map(([name, check]) => runCheck(name, check)),
  );
  const failing = outcomes.some(([, outcome]) => outcome.status === 'failing');
  return { status: failing ? 'failing' : 'ok', checks: Object.fromEntries(outcomes) };
};

const mebibytes = (bytes: number) => `${Math.floor(bytes / 1_048_576)} MiB`;

/** @returns the partitions that no node serves. */
const unserved = async (redis: RedisClient, keys: Keys, partitions: number): Promise<number[]> => {
  const asked = await Promise.allSettled(
    // Any key will do: the node that should hold it says whether it can.
    Array.from({ length: partitions }, (_, number) => redis.exists(keys.historyOwed(number))),
  );
  return asked.flatMap(({ status }, number) => (status === 'rejected' ? [number] : []));
};

/** Whether Redis answers; in a cluster, for every partition. */
export const redisCheck =
  ({ redis, keys, partitions }: { redis: RedisClient; keys: Keys; partitions: number }): Check =>
  async () => {
    if (isCluster(redis)) {
      const missing = await unserved(redis, keys, partitions);
      if (missing.length === 0) return;
      throw new Error(`Redis does not answer for the partitions ${missing.join(', ')}`);
    }
    await redis.ping().catch(() => {
      throw new Error('Redis does not answer');
    });
  };

export const postgresCheck =
  (pool: Pool): Check =>
  async () => {
    // Given up before the check is, so that a hung server does not keep a connection for each check.
    const query = { text: 'select 1', query_timeout: checkTimeoutMs - 100 };
    await pool.query(query).catch(() => {
      throw new Error('Postgres does not answer');
    });
  };

export const diskCheck =
  (config: Config): Check =>
  async () => {
    const { bavail, bsize } = await mkdir(config.dataDir, { recursive: true })
      .then(() => statfs(config.dataDir))
      .catch((err: NodeJS.ErrnoException) => {
        throw new Error(`DATA_DIR cannot be used (${err.code})`);
      });
    if (bavail * bsize < config.health.minDiskBytes) {
      throw new Error(`only ${mebibytes(bavail * bsize)} are free on the disk of DATA_DIR`);
    }
  };

/** Memory that the process could still get, its container's limit included. */
export const memoryCheck =
  (config: Config): Check =>
  async () => {
    const available = process.availableMemory();
    if (available < config.health.minMemoryBytes) {
      throw new Error(`only ${mebibytes(available)} of memory are available`);
    }
  };

import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@drover/shared/errors';
import { checkRedis } from '@drover/shared/redis/preflight';
import type { Redis } from 'ioredis';
import { clockFinding } from './clock.ts';
import { type Finding, fail, ok, problemsOr, runbook, warn } from './findings.ts';

type Info = ReadonlyMap<string, string>;

const readInfo = async (redis: Redis): Promise<Info> =>
  new Map(
    (await redis.info())
      .split(/\r?\n/)
      .map((line) => line.split(/:(.*)/s))
      .map(([name = '', value = '']) => [name, value]),
  );

const numberOf = (info: Info, name: string): number => Number(info.get(name) ?? 0);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

/** Version and eviction: processes do not start with what is wrong here. */
export const lookAtServer = async (redis: Redis): Promise<readonly Finding[]> => {
  try {
    await checkRedis(redis);
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    return [fail(err.message, { advice: 'Processes of Drover do not start until that is so.' })];
  }
  const info = await readInfo(redis);
  const version = info.get('valkey_version') ?? info.get('redis_version') ?? '?';
  return [ok(`version ${version}, never evicts`)];
};

const isBad = (info: Info, name: string): boolean => (info.get(name) ?? 'ok') !== 'ok';

/** Whether what was accepted outlives Redis. */
export const lookAtPersistence = async (redis: Redis): Promise<readonly Finding[]> => {
  const info = await readInfo(redis);
  const see = runbook('DroverRedisNotPersisting');
  if (numberOf(info, 'aof_enabled') === 0) {
    const why = 'there is no append-only file: should Redis die, accepted jobs are lost';
    const advice = 'Set appendonly to yes, unless it is kept safe in another way (replicas).';
    return [warn(why, { advice, see })];
  }
  const advice = 'Make room on the disk of Redis, and look at its log.';
  return problemsOr(
    [
      ...(isBad(info, 'aof_last_write_status')
        ? [fail('the last write of the append-only file failed', { advice, see })]
        : []),
      ...(isBad(info, 'aof_last_bgrewrite_status')
        ? [warn('the last rewrite of the append-only file failed', { advice, see })]
        : []),
    ],
    'there is an append-only file, and its writes go well',
  );
};

/** Shares of the memory, as in the alerts. */
const highShare = 0.8;
const fullShare = 0.95;

/** Whether there is room for more jobs. */
export const lookAtMemory = async (redis: Redis): Promise<readonly Finding[]> => {
  const info = await readInfo(redis);
  const used = numberOf(info, 'used_memory');
  const max = numberOf(info, 'maxmemory');
  const most = max || numberOf(info, 'total_system_memory');
  const share = most > 0 ? used / most : 0;
  const text = `${mebibytes(used)} of ${mebibytes(most)} are used (${Math.round(share * 100)} %${max > 0 ? '' : '; maxmemory is not set, so this is the whole machine'})`;
  const advice = 'Raise maxmemory, or keep jobs for a shorter time (KEEP_SUCCEEDED, KEEP_FAILED).';
  if (share > fullShare) {
    return [fail(text, { advice, see: runbook('DroverRedisMemoryFull') })];
  }
  if (share > highShare) {
    return [warn(text, { advice, see: runbook('DroverRedisMemoryHigh') })];
  }
  return [ok(text)];
};

/** Whether it is the server that may be written to, and its copies keep up. */
export const lookAtReplication = async (redis: Redis): Promise<readonly Finding[]> => {
  const info = await readInfo(redis);
  if (info.get('role') !== 'master') {
    const advice = 'Set REDIS_URL to the primary: nothing can be written to a replica.';
    return [fail('this is a replica', { advice })];
  }
  if (numberOf(info, 'cluster_enabled') === 1) {
    const state = /cluster_state:(\w+)/.exec(String(await redis.call('CLUSTER', 'INFO')))?.[1];
    if (state !== 'ok') {
      const advice = 'Bring back the nodes that are missing: some of the slots are served by none.';
      return [fail(`the cluster is in the state "${state ?? '?'}"`, { advice })];
    }
  }
  const replicas = [...info].filter(([name]) => /^slave\d+$/.test(name));
  const late = replicas.filter(([, text]) => !text.includes('state=online'));
  return problemsOr(
    late.map(([, text]) =>
      warn(`a replica is not up to date (${text})`, {
        advice: 'Look at its log. Until it is, a failover loses jobs.',
      }),
    ),
    `a primary with ${replicas.length} replicas`,
  );
};

/** The clock of Redis decides what is due. */
export const lookAtClock = async (redis: Redis): Promise<readonly Finding[]> => {
  const asked = Date.now();
  const [seconds, micros] = await redis.time();
  const theirs = Number(seconds) * 1_000 + Number(micros) / 1_000;
  return [clockFinding('Redis', theirs, { asked, answered: Date.now() })];
};

const pings = 9;
const pauseMs = 10;
/** A median round trip above this makes every submission slow; milliseconds. */
const slowMs = 25;

/** How long a round trip takes, from here. */
export const lookAtLatency = async (redis: Redis): Promise<readonly Finding[]> => {
  const took: number[] = [];
  for (let n = 0; n < pings; n += 1) {
    const startedAt = performance.now();
    await redis.ping();
    took.push(performance.now() - startedAt);
    await sleep(pauseMs);
  }
  const sorted = took.toSorted((one, other) => one - other);
  const [median, worst] = [sorted[Math.floor(pings / 2)] ?? 0, sorted.at(-1) ?? 0];
  const text = `a round trip takes ${median.toFixed(1)} ms, ${worst.toFixed(1)} ms at worst`;
  if (median <= slowMs) return [ok(text)];
  const advice = 'Put the processes near Redis; look for slow commands (SLOWLOG GET).';
  return [warn(text, { advice, see: runbook('DroverHighLatency') })];
};

import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@drover/shared/errors';
import { addressOf, isCluster, primariesOf, type RedisClient } from '@drover/shared/redis/client';
import { checkRedis, faultOfCluster } from '@drover/shared/redis/preflight';
import type { Redis } from 'ioredis';
import { clockFinding } from './clock.ts';
import { counted, type Finding, fail, ok, problemsOr, runbook, warn } from './findings.ts';

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

/** Looks at one node; `cluster`: it is one of several. */
type LookAtNode = (node: Redis, cluster: boolean) => Promise<readonly Finding[]>;

/** What is to be said of each primary of a cluster: as long as they all are as well, one line will do. */
const ofAll = (found: readonly (readonly [string, readonly Finding[]])[]): readonly Finding[] => {
  const findings = found.flatMap(([address, those]) =>
    those.map((it) => ({ ...it, summary: `${address}: ${it.summary}` })),
  );
  const [[, [first] = []] = ['', []]] = found;
  const isSame = found.every(([, [one, more]]) => !more && one?.summary === first?.summary);
  return isSame && first?.status === 'ok'
    ? [ok(`${first.summary} (each of ${found.length} primaries)`)]
    : findings;
};

/** Looks at the server, or at each primary of a cluster. */
const onEach =
  (look: LookAtNode) =>
  async (redis: RedisClient): Promise<readonly Finding[]> => {
    if (!isCluster(redis)) return look(redis, false);
    const nodes = primariesOf(redis);
    return ofAll(
      await Promise.all(
        nodes.map(async (node) => [addressOf(node), await look(node, true)] as const),
      ),
    );
  };

/** Version and eviction: processes do not start with what is wrong here. */
export const lookAtServer = onEach(async (redis, cluster) => {
  try {
    await checkRedis(redis, { cluster });
  } catch (err) {
    if (!(err instanceof CodedError)) throw err;
    return [fail(err.message, { advice: 'Processes of Drover do not start until that is so.' })];
  }
  const info = await readInfo(redis);
  const version = info.get('valkey_version') ?? info.get('redis_version') ?? '?';
  return [ok(`version ${version}, never evicts`)];
});

const isBad = (info: Info, name: string): boolean => (info.get(name) ?? 'ok') !== 'ok';

/** Whether what was accepted outlives Redis. */
export const lookAtPersistence = onEach(async (redis) => {
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
});

/** Shares of the memory, as in the alerts. */
const highShare = 0.8;
const fullShare = 0.95;

/** Whether there is room for more jobs. */
export const lookAtMemory = onEach(async (redis) => {
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
});

/** Whether it is the server that may be written to, and its copies keep up. */
const lookAtCopies = onEach(async (redis, cluster) => {
  const info = await readInfo(redis);
  if (info.get('role') !== 'master') {
    const advice = 'Set REDIS_URL to the primary: nothing can be written to a replica.';
    return [fail('this is a replica', { advice })];
  }
  const replicas = [...info].filter(([name]) => /^slave\d+$/.test(name));
  if (cluster && replicas.length === 0) {
    const why = 'it has no replica: should it die, its jobs wait until it is back';
    return [warn(why, { advice: 'Give it one, to take over from it.' })];
  }
  const late = replicas.filter(([, text]) => !text.includes('state=online'));
  return problemsOr(
    late.map(([, text]) =>
      warn(`a replica is not up to date (${text})`, {
        advice: 'Look at its log. Until it is, a failover loses jobs.',
      }),
    ),
    `a primary with ${counted(replicas.length, 'replica')}`,
  );
});

/** Whether all slots of a cluster are served, and the copies of its primaries keep up. */
export const lookAtReplication = async (redis: RedisClient): Promise<readonly Finding[]> => {
  const fault = isCluster(redis) ? await faultOfCluster(redis) : undefined;
  if (fault === undefined) return lookAtCopies(redis);
  const advice =
    'Bring back the nodes that are missing: until then, jobs of theirs are refused and wait.';
  return [fail(fault, { advice })];
};

/** The clock of Redis decides what is due. */
export const lookAtClock = onEach(async (redis) => {
  const asked = Date.now();
  const [seconds, micros] = await redis.time();
  const theirs = Number(seconds) * 1_000 + Number(micros) / 1_000;
  return [clockFinding('Redis', theirs, { asked, answered: Date.now() })];
});

const pings = 9;
const pauseMs = 10;
/** A median round trip above this makes every submission slow; milliseconds. */
const slowMs = 25;

/** How long a round trip takes, from here. */
export const lookAtLatency = onEach(async (redis) => {
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
});

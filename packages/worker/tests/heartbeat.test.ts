import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { listWorkers, workerTtlMs } from '@drover/jobs/operations/worker-record';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { createLog, silentLog } from '@drover/shared/log';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { heartbeat, heartbeatMs } from '../src/heartbeat.ts';
import { createRunningJobs } from '../src/running-jobs.ts';
import { anyJob, startWorker } from './running-worker.ts';

const everyMs = 20;

const about = {
  host: hostname(),
  pid: process.pid,
  version: '1.2.3',
};
const queues = [{ name: 'demo', concurrency: 5 }];

const store = async (url: string = inject('redisUrl')) => {
  const redis = createRedis({ url, purpose: 'producer', name: 'test', log: silentLog() });
  const component = redisComponent(redis);
  await component.start();
  return {
    redis,
    keys: createKeys(randomPrefix()),
    worker: about,
    running: createRunningJobs(),
    queues: () => queues,
    log: silentLog(),
    [Symbol.asyncDispose]: () => component.stop(deadlineIn(1_000)),
  };
};

type Check = () => boolean | Promise<boolean>;
const until = async (isSo: Check) => {
  while (!(await isSo())) await sleep(everyMs);
};

test('a worker is listed from its start to its stop, and says so again and again', async () => {
  await using parts = await store();
  const component = heartbeat({ ...parts, everyMs });
  await component.start();
  const [listed] = await listWorkers(parts);
  expect(listed).toMatchObject({ ...about, queues, state: 'running', running: [] });
  expect(listed?.memory.residentBytes).toBeGreaterThan(listed?.memory.heapBytes ?? 0);
  expect(listed?.eventLoopDelayMs).toBeGreaterThanOrEqual(0);
  const { lastHeartbeatAt } = listed ?? {};
  await until(async () => (await listWorkers(parts))[0]?.lastHeartbeatAt !== lastHeartbeatAt);
  expect(await listWorkers(parts)).toMatchObject([
    { id: listed?.id, startedAt: listed?.startedAt },
  ]);
  await component.stop(deadlineIn(1_000));
  await component.stop(deadlineIn(1_000));
  expect(await listWorkers(parts)).toEqual([]);
  expect(await parts.redis.exists(parts.keys.workers)).toBe(0);
});

test('what a worker wrote last expires after 15 seconds, three heartbeats', async () => {
  await using parts = await store();
  const component = heartbeat(parts);
  await component.start();
  const [listed] = await listWorkers(parts);
  const key = parts.keys.worker(listed?.id ?? '');
  const ttl = await parts.redis.pttl(key);
  expect(ttl).toBeGreaterThan(workerTtlMs - heartbeatMs);
  expect(ttl).toBeLessThanOrEqual(15_000);
  expect(heartbeatMs * 3).toBe(workerTtlMs);
  await component.stop(deadlineIn(1_000));
});

test('a worker that stops says so as soon as it begins to', async () => {
  await using parts = await store();
  const component = heartbeat(parts);
  await component.start();
  await component.farewell.start();
  await component.farewell.stop(deadlineIn(1_000));
  await until(async () => (await listWorkers(parts))[0]?.state === 'stopping');
  await component.stop(deadlineIn(1_000));
  expect(await listWorkers(parts)).toEqual([]);
});

test('the dead leave the index with the next heartbeat of another', async () => {
  await using parts = await store();
  await parts.redis.zadd(parts.keys.workers, Date.now() - 60_000, 'dead');
  const component = heartbeat(parts);
  await component.start();
  expect(await parts.redis.zcard(parts.keys.workers)).toBe(1);
  await component.stop(deadlineIn(1_000));
});

test('the jobs that run are told, and no others', async () => {
  await using parts = await store();
  const component = heartbeat({ ...parts, everyMs });
  await component.start();
  const gate = Promise.withResolvers<void>();
  const types = [
    anyJob('test.held', () => gate.promise),
    anyJob('test.again', async ({ attempt }) => {
      if (attempt === 1) throw new Error('once more');
      await gate.promise;
    }),
  ];
  await using worker = await startWorker(types, { running: parts.running });
  const runningNow = async () => (await listWorkers(parts))[0]?.running ?? [];
  const held = await worker.submit('test.held', {});
  const again = await worker.submit('test.again', {});
  await until(async () => {
    const running = await runningNow();
    return running.length === 2 && running.some(({ attempt }) => attempt === 2);
  });
  expect((await runningNow()).toSorted((one, other) => one.attempt - other.attempt)).toMatchObject([
    { id: held.id, type: 'test.held', attempt: 1 },
    { id: again.id, type: 'test.again', attempt: 2 },
  ]);
  gate.resolve();
  await until(async () => (await runningNow()).length === 0);
  await component.stop(deadlineIn(1_000));
});

test('a heartbeat that cannot be written is logged once; it goes on when Redis is back', async () => {
  await using own = await startOwnRedis();
  await using parts = await store(own.url);
  const lines: string[] = [];
  const log = await createLog(
    'test',
    { level: 'info', format: 'json' },
    { write: (line) => void lines.push(line) },
  );
  const said = (text: string) => lines.filter((line) => line.includes(text)).length;
  const component = heartbeat({ ...parts, log, everyMs });
  await component.start();
  await own.stop();
  await until(() => said('not written') > 0);
  await sleep(10 * everyMs);
  await own.startAgain();
  await until(async () => (await listWorkers(parts).catch(() => [])).length === 1);
  await until(() => said('written again') > 0);
  expect(said('not written')).toBe(1);
  expect(said('written again')).toBe(1);
  await component.stop(deadlineIn(1_000));
});

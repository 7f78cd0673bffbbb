import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerList } from '@drover/jobs/contract/operations';
import { queueNames, queues } from '@drover/jobs/definition/queues';
import { readVersion } from '@drover/shared/version';
import { expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { spawnWorkerOf } from './worker-process.ts';

const pollMs = 50;

/** The promise: a worker that was killed is gone from the list within this time. */
const goneMs = 15_000;

/** Starting, and then a whole {@link goneMs}. */
const timeout = 2 * goneMs + 10_000;

/** The first answer of a server that is not too busy to give one, as it may be while others start. */
const list = async (api: RunningApi) => {
  let answer = await api.ask('/workers', { key: keys.operator });
  while (answer.status === 503) {
    await sleep(pollMs);
    answer = await api.ask('/workers', { key: keys.operator });
  }
  expect(answer.status).toBe(200);
  return workerList.parse(answer.body).items;
};

/** The list as soon as it names so many workers. */
const untilListed = async (api: RunningApi, count: number) => {
  for (;;) {
    const items = await list(api);
    if (items.length === count) return items;
    await sleep(pollMs);
  }
};

const pidsOf = (workers: readonly { pid: number }[]) => workers.map(({ pid }) => pid).toSorted();

test('without workers the list is empty', async () => {
  await using api = await startApi();
  expect(await list(api)).toEqual([]);
});

test.concurrent(
  'a worker tells what it is and what it runs, over all partitions',
  async () => {
    await using api = await startApi({ PARTITIONS: '2' });
    await using worker = await spawnWorkerOf(api);
    const [listed] = await untilListed(api, 1);
    expect(listed).toMatchObject({
      host: hostname(),
      pid: worker.pid,
      version: readVersion(),
      state: 'running',
      // Divided among the partitions.
      queues: queueNames.map((name) => ({ name, concurrency: queues[name].concurrency })),
      running: [],
    });

    const { id } = (await api.submit({ type: 'demo.sleep', payload: { ms: 30_000 } })).body;
    let [now] = await list(api);
    while (now?.running.length === 0) {
      await sleep(pollMs);
      [now] = await list(api);
    }
    const job = (await api.ask(`/jobs/${id}`)).body;
    expect(now).toMatchObject({
      id: listed?.id,
      startedAt: listed?.startedAt,
      running: [{ id, type: 'demo.sleep', attempt: 1, startedAt: expect.any(String) }],
    });
    expect((now?.running[0]?.startedAt ?? '') >= job.startedAt).toBe(true);
  },
  timeout,
);

test.concurrent(
  'a worker that stops is gone at once; one that is killed, within 15 seconds',
  async () => {
    await using api = await startApi();
    await using stopped = await spawnWorkerOf(api);
    await using killed = await spawnWorkerOf(api);
    await using stays = await spawnWorkerOf(api);
    expect(pidsOf(await untilListed(api, 3))).toEqual(pidsOf([stopped, killed, stays]));
    await stopped.end('SIGTERM');
    expect(pidsOf(await list(api))).toEqual(pidsOf([killed, stays]));

    await killed.end('SIGKILL');
    const killedAt = performance.now();
    expect(pidsOf(await untilListed(api, 1))).toEqual(pidsOf([stays]));
    expect(performance.now() - killedAt).toBeLessThan(goneMs + 2_000);
  },
  timeout,
);

test('what another version of Drover has written is passed over', async () => {
  await using api = await startApi();
  const { redis, keys: names } = api.queues;
  await redis.set(names.worker('stranger'), '{"id":"stranger"}', 'PX', 10_000);
  await redis.zadd(names.workers, Date.now() + 10_000, 'stranger');
  expect(await list(api)).toEqual([]);
});

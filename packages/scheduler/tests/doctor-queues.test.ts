import { randomUUID } from 'node:crypto';
import type { WorkerStatus } from '@drover/jobs/contract/operations';
import { keepWorker } from '@drover/jobs/operations/worker-record';
import { examineConfig } from '@drover/shared/config';
import { createKeys } from '@drover/shared/keys';
import { readVersion } from '@drover/shared/version';
import { expect, test } from 'vitest';
import { type RunningApi, startApi } from '../../api/tests/running-api.ts';
import { examineBy, summariesOf } from './doctor-fixtures.ts';

/** Artifacts would be in a folder of the root: no volume. */
const examine = (api: RunningApi) =>
  examineBy({ KEY_PREFIX: api.config.redis.keyPrefix, DATA_DIR: '/drover-of-a-test' });

const submit = (api: RunningApi) => api.submit({ type: 'demo.echo', payload: { value: 1 } });

/** The record of a worker that takes jobs of `demo`, as it would write it now. */
const recordOf = (changes: Partial<WorkerStatus> = {}): WorkerStatus => {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    host: 'one',
    pid: 1,
    version: readVersion(),
    state: 'running',
    startedAt: now,
    lastHeartbeatAt: now,
    queues: [{ name: 'demo', concurrency: 1 }],
    memory: { residentBytes: 1, heapBytes: 1 },
    eventLoopDelayMs: 1,
    running: [],
    ...changes,
  };
};

const keep = async (api: RunningApi, worker: WorkerStatus) => {
  const keys = createKeys(api.config.redis.keyPrefix);
  await keepWorker({ redis: api.queues.redis, keys }, worker);
};

test('a backlog that no worker takes has failed', async () => {
  await using api = await startApi();
  await submit(api);
  const before = await examine(api);
  expect(summariesOf(before.of('queues'))).toBe(
    'fail: demo has 1 waiting job, and no worker takes them',
  );
  expect(before.of('workers')).toMatchObject([{ status: 'warn' }]);
  await keep(api, recordOf());
  const after = await examine(api);
  expect(after.of('queues')).toMatchObject([{ status: 'ok' }]);
  expect(summariesOf(after.of('workers'))).toBe('ok: 1 worker on 1 host');
});

test('a paused queue is named', async () => {
  await using api = await startApi();
  await api.queues.get('demo', 0).pause();
  await submit(api);
  const { of } = await examine(api);
  expect(of('queues')).toMatchObject([
    {
      status: 'warn',
      summary: 'demo is paused, with 1 waiting job',
      see: 'docs/guides/runbook.md#droverqueuepaused',
    },
  ]);
});

test('workers of another version, with a wrong clock, or on hosts without common files are named', async () => {
  await using api = await startApi();
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
  await keep(api, recordOf());
  await keep(api, recordOf({ host: 'two', version: '0.0.1', lastHeartbeatAt: anHourAgo }));
  const { of } = await examine(api);
  expect(summariesOf(of('versions'))).toMatch(/^warn: two:1 run version 0\.0\.1/);
  expect(summariesOf(of('worker clocks'))).toMatch(
    /^fail: the clock of two:1 is 3[56]\d\d\.\d s behind$/,
  );
  expect(summariesOf(of('shared artifacts'))).toMatch(/^warn: workers are on 2 hosts \(one, two\)/);
});

test('limits of queues that there are not are part of the configuration', async () => {
  const { of } = await examineBy({ CONCURRENCY: 'mial=2' });
  expect(summariesOf(of('configuration'))).toMatch(/^fail: CONCURRENCY names the queue "mial"/);
  expect(of('queues')).toMatchObject([{ status: 'ok' }]);
  expect(examineConfig({}).unusable).toEqual(['REDIS_URL', 'DATABASE_URL']);
});

test('what a file should have told and did not, is not judged by its absence', async () => {
  const { of } = await examineBy({
    METRICS_TOKEN_FILE: '/nowhere/token',
    S3_SECRET_ACCESS_KEY_FILE: '/nowhere/secret',
  });
  expect(summariesOf(of('configuration'))).toMatch(/METRICS_TOKEN_FILE.+cannot be read/);
  expect(summariesOf(of('access'))).toBe('skip: METRICS_TOKEN has no valid value');
  expect(summariesOf(of('artifacts'))).toBe('skip: S3_SECRET_ACCESS_KEY has no valid value');
});

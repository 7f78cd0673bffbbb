import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  deadApiKeys,
  deadKeys,
  deadLetterCalls,
  enterAll,
  plantFailed,
} from './dead-letters-fixtures.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { spawnWorkerOf } from './worker-process.ts';

let api: RunningApi;
let dead: ReturnType<typeof deadLetterCalls>;
beforeAll(async () => {
  api = await startApi({ API_KEYS: deadApiKeys, PARTITIONS: '2' });
  dead = deadLetterCalls(api);
});
beforeEach(() => dead.ask('DELETE', '/dead-letters?all=true', undefined, { key: deadKeys.admin }));
afterAll(() => api[Symbol.asyncDispose]());

type Of = Parameters<typeof plantFailed>[2];

const plant = async (count: number, of: Of = () => ({})) => {
  const ids = await plantFailed(api, count, (n) => ({ partition: n % 2, ...of(n) }));
  await enterAll(api, ids);
  return ids;
};

const statuses = async (ids: readonly string[]) => {
  const jobs = await Promise.all(ids.map((id) => dead.finished(id)));
  return [...new Set(jobs.map(({ status }) => status))];
};

test('a dry run counts, shows some and changes nothing', async () => {
  const ids = await plant(15, (n) => ({ code: n < 12 ? 'timeout' : 'error' }));
  const answer = await dead.redriveAll({ filter: { code: 'timeout' }, dryRun: true });
  expect(answer).toMatchObject({ status: 200, body: { count: 12 } });
  expect(answer.body.sample.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 10));
  expect(await dead.redriveAll({ all: true, dryRun: true })).toMatchObject({ body: { count: 15 } });
  expect(await dead.ids()).toHaveLength(15);
});

test('a job redrives what a filter finds, each once, and tells how far it is', async () => {
  await using _worker = await startWorkerOf(api);
  const timeouts = await plant(30, () => ({ code: 'timeout' }));
  const errors = await plant(5);
  const theirs = await plant(5, () => ({ code: 'timeout', tenant: 'other' }));
  const { status, headers, body } = await dead.redriveAll({
    filter: { code: 'timeout' },
    rate: 1_000,
  });
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/jobs/${body.id}`);
  expect(body).toMatchObject({ type: 'dead-letters.redrive', tenant: 'acme', status: 'queued' });
  expect(await dead.finished(body.id)).toMatchObject({
    status: 'succeeded',
    progress: 1,
    result: { matched: 30, redriven: 30, skipped: 0 },
  });
  expect(await statuses(timeouts)).toEqual(['succeeded']);
  expect(new Set(await dead.ids())).toEqual(new Set(errors));
  expect(new Set(await dead.ids('', deadKeys.other))).toEqual(new Set(theirs));
});

test('what fails again is not redriven again', async () => {
  await using _worker = await startWorkerOf(api);
  const again = await dead.die({ failures: 5 });
  const { body } = await dead.redriveAll({ filter: { type: 'demo.fail' } });
  expect((await dead.finished(body.id)).result).toEqual({ matched: 1, redriven: 1, skipped: 0 });
  expect(await dead.finished(again.id)).toMatchObject({
    status: 'failed',
    attempts: { made: 2 },
  });
});

test('two bulk redrives at once run each job once', async () => {
  await using _worker = await startWorkerOf(api);
  const ids = await plant(40);
  const answers = await Promise.all(
    [1, 2].map(() => dead.redriveAll({ all: true, rate: 1_000 }, { key: deadKeys.admin })),
  );
  const jobs = await Promise.all(answers.map(({ body }) => dead.finished(body.id, deadKeys.admin)));
  for (const { status } of jobs) expect(status).toBe('succeeded');
  const after = await Promise.all(ids.map((id) => dead.finished(id)));
  for (const { attempts } of after) expect(attempts.made).toBe(2);
});

test('it keeps to the rate', async () => {
  await using _worker = await startWorkerOf(api);
  await plant(11);
  const { body } = await dead.redriveAll({ all: true, rate: 10 });
  const job = await dead.finished(body.id);
  expect(job.result).toMatchObject({ redriven: 11 });
  // Eleven at ten a second: the last begins a second after the first.
  const tookMs = Date.parse(job.finishedAt ?? '') - Date.parse(job.startedAt ?? '');
  expect(tookMs).toBeGreaterThanOrEqual(990);
});

test('it can be canceled, and leaves the rest as it is', async () => {
  await using _worker = await startWorkerOf(api);
  const ids = await plant(100);
  const { body } = await dead.redriveAll({ all: true, rate: 20 });
  await expect
    .poll(async () => (await dead.ids('?limit=100')).length, { timeout: 15_000 })
    .toBeLessThan(100);
  expect((await dead.ask('DELETE', `/jobs/${body.id}`)).status).toBe(202);
  expect((await dead.finished(body.id)).status).toBe('canceled');
  const left = await dead.ids('?limit=100');
  expect(left.length).toBeGreaterThan(0);
  // The oldest go first.
  expect(left.toReversed()).toEqual(ids.slice(-left.length));
});

test('what was deleted before it began is not counted as redriven', async () => {
  const [first = '', second = ''] = await plant(9);
  const { body } = await dead.redriveAll({ all: true, rate: 1_000 });
  for (const id of [first, second]) await dead.ask('DELETE', `/dead-letters/${id}`);
  await using _worker = await startWorkerOf(api);
  expect((await dead.finished(body.id)).result).toEqual({ matched: 9, redriven: 7, skipped: 0 });
});

test('it goes on counting when its worker stops and hands it back', async () => {
  await plant(60);
  const { config } = api;
  const impatient = { ...config, lifecycle: { ...config.lifecycle, graceMs: 0 } };
  const first = await startWorkerOf({ ...api, config: impatient });
  const { body } = await dead.redriveAll({ all: true, rate: 30 });
  await expect
    .poll(async () => (await dead.ids('?limit=100')).length, { timeout: 15_000 })
    .toBeLessThan(50)
    .finally(() => first[Symbol.asyncDispose]());
  await using _second = await startWorkerOf(api);
  const { result } = await dead.finished(body.id);
  expect(result).toMatchObject({ matched: 60, skipped: 0 });
  // The step of two that was under way may not have been noted.
  const { redriven } = result as { redriven: number };
  expect(redriven).toBeGreaterThanOrEqual(58);
  expect(redriven).toBeLessThanOrEqual(60);
});

test('it goes on when its worker is killed', async () => {
  const ids = await plant(60);
  const first = await spawnWorkerOf(api);
  const { body } = await dead.redriveAll({ all: true, rate: 20 });
  await expect
    .poll(async () => (await dead.ids('?limit=100')).length, { timeout: 15_000 })
    .toBeLessThan(50);
  await first.end('SIGKILL');
  expect((await dead.ids('?limit=100')).length).toBeGreaterThan(0);
  await using _second = await spawnWorkerOf(api);
  expect(await dead.finished(body.id)).toMatchObject({
    status: 'succeeded',
    result: { matched: 60, redriven: 60 },
  });
  expect(await statuses(ids)).toEqual(['succeeded']);
  const after = await Promise.all(ids.map((id) => dead.finished(id)));
  for (const { attempts } of after) expect(attempts.made).toBe(2);
  expect(await dead.ids()).toEqual([]);
}, 60_000);

test('nobody submits such a job by hand', async () => {
  const payload = { filter: { tenant: 'other', until: 9e15 }, rate: 1, matched: 1 };
  const type = 'dead-letters.redrive';
  for (const key of [deadKeys.submitter, deadKeys.admin]) {
    expect(await api.submit({ type, payload }, { key })).toMatchObject({
      status: 422,
      body: { type: '/problems/unknown-job-type' },
    });
  }
  const types = await dead.ask('GET', '/job-types');
  expect(types.body.items.map((it: { type: string }) => it.type)).not.toContain(type);
  expect((await dead.ask('GET', `/job-types/${type}`)).status).toBe(404);
});

test.each([
  [{}],
  [{ filter: {} }],
  [{ all: false }],
  [{ all: true, filter: { type: 'demo.fail' } }],
  [{ filter: { type: 'demo.fail' }, rate: 0 }],
  [{ filter: { type: 'demo.fail' }, rate: 1_001 }],
  [{ filter: { type: 'demo.fail' }, rate: '10' }],
  [{ filter: { colour: 'red' } }],
  [{ filter: { since: 'yesterday' } }],
  [{ filter: { type: 7 } }],
  [{ filter: [] }],
  [{ all: true, dryRun: 'yes' }],
  [[]],
  [null],
  ['all'],
])('the request %j is refused', async (body) => {
  expect(await dead.redriveAll(JSON.stringify(body))).toMatchObject({
    status: 422,
    body: { type: '/problems/invalid-submission' },
  });
});

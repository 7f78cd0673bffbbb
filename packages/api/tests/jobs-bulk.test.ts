import { afterAll, beforeAll, expect, test } from 'vitest';
import { deadApiKeys, deadKeys } from './dead-letters-fixtures.ts';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { startWorkerOf } from './running-worker.ts';

let history: HistoryApi;
beforeAll(async () => {
  history = await startHistoryApi({ API_KEYS: deadApiKeys, PARTITIONS: '2' });
});
afterAll(() => history[Symbol.asyncDispose]());

const submit = async (options: object, type = 'demo.echo', payload: unknown = { value: 1 }) =>
  (await history.api.submit({ type, payload, options }, { key: deadKeys.acme })).body.id as string;

const many = (count: number, make: (n: number) => Promise<string>): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)));

const bulk = (action: 'cancel' | 'retry', body: unknown, key: string = deadKeys.acme) =>
  history.api.ask(`/jobs/${action}`, {
    method: 'POST',
    key,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

const finished = async (id: string) =>
  (await history.api.ask(`/jobs/${id}`, { key: deadKeys.acme, headers: { prefer: 'wait=20' } }))
    .body;

const statuses = async (ids: readonly string[]) => {
  const jobs = await Promise.all(
    ids.map((id) => history.api.ask(`/jobs/${id}`, { key: deadKeys.acme })),
  );
  return [...new Set(jobs.map(({ body }) => body.status))];
};

test('a dry run counts what it can be done with, shows some and changes nothing', async () => {
  const ids = await many(12, () => submit({ tags: ['dry'], delay: '1h' }));
  await history.record(ids);
  await history.plant([{ tags: ['dry'] }, { tags: ['dry'], tenant: 'other', finishedAt: null }]);
  const dry = (filter: object) => bulk('cancel', { filter, dryRun: true });
  const { status, body } = await dry({ tag: ['dry'] });
  expect({ status, count: body.count, more: body.more, sample: body.sample.length }).toEqual({
    status: 200,
    count: 12,
    more: false,
    sample: 10,
  });
  expect((await dry({ tag: ['dry'], status: ['succeeded'] })).body.count).toBe(0);
  expect((await bulk('retry', { filter: { tag: ['dry'] }, dryRun: true })).body.count).toBe(0);
  expect(await statuses(ids)).toEqual(['scheduled']);
});

test('a job cancels all that fit, and no others', async () => {
  const ids = await many(25, () => submit({ tags: ['stop'], delay: '1h' }));
  const others = await many(3, () => submit({ tags: ['stay'], delay: '1h' }));
  const tagged = { at: Date.now() - 1_000, tags: ['stop'], status: 'queued', finishedAt: null };
  await history.plant([tagged]);
  await history.record([...ids, ...others]);
  const asked = await bulk('cancel', { filter: { tag: ['stop'] }, rate: 1_000 });
  expect(asked.status).toBe(202);
  expect(asked.headers.get('location')).toBe(`/jobs/${asked.body.id}`);
  // Recorded, but submitted after it was asked for.
  const late = await submit({ tags: ['stop'], delay: '1h' });
  await history.record([late]);
  await using _worker = await startWorkerOf(history.api);
  expect(await finished(asked.body.id)).toMatchObject({
    type: 'jobs.cancel',
    tenant: 'acme',
    status: 'succeeded',
    progress: 1,
    result: { matched: 26, canceled: 25, skipped: 1 },
  });
  expect(await statuses(ids)).toEqual(['canceled']);
  expect(await statuses([...others, late])).toEqual(['scheduled']);
});

test('a job retries all that fit, each once', async () => {
  await using _worker = await startWorkerOf(history.api);
  const failing = { failures: 1, permanent: true };
  const ids = await many(10, () => submit({ tags: ['again'] }, 'demo.fail', failing));
  const twice = await submit({ tags: ['again'] }, 'demo.fail', { failures: 9, permanent: true });
  for (const id of [...ids, twice]) await finished(id);
  await history.record([...ids, twice]);
  const filter = { tag: ['again'], status: ['failed', 'succeeded'] };
  const answers = await Promise.all([1, 2].map(() => bulk('retry', { filter, rate: 1_000 })));
  const done = await Promise.all(answers.map(({ body }) => finished(body.id)));
  expect(done.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  const retried = done.reduce((sum, { result }) => sum + result.retried, 0);
  expect(retried).toBe(11);
  for (const id of ids) {
    expect(await finished(id)).toMatchObject({ status: 'succeeded', attempts: { made: 2 } });
  }
  expect(await finished(twice)).toMatchObject({ status: 'failed', attempts: { made: 2 } });
});

test('only operators change many jobs, and nobody submits such a job by hand', async () => {
  const body = { all: true, dryRun: true };
  for (const action of ['cancel', 'retry'] as const) {
    expect((await bulk(action, body, deadKeys.reader)).status).toBe(403);
    expect((await bulk(action, body, deadKeys.submitter)).status).toBe(403);
    expect((await bulk(action, body, deadKeys.admin)).body.count).toBe(0);
    const payload = { filter: { tenant: 'other', until: 9e15 }, rate: 1, matched: 1, askedAt: 0 };
    const given = { type: `jobs.${action}`, payload };
    expect((await history.api.submit(given, { key: deadKeys.admin })).status).toBe(422);
  }
  const { body: job } = await bulk('cancel', { filter: { type: ['no.such'] } });
  await history.api.ask(`/jobs/${job.id}`, { method: 'DELETE', key: deadKeys.acme });
  const again = await history.api.ask(`/jobs/${job.id}/retry`, {
    method: 'POST',
    key: deadKeys.acme,
  });
  expect(again).toMatchObject({ status: 409, body: { type: '/problems/job-not-retryable' } });
});

test.each([
  [{}],
  [{ filter: {} }],
  [{ all: false }],
  [{ all: true, filter: { type: ['demo.fail'] } }],
  [{ filter: { type: 'demo.fail' } }],
  [{ filter: { tag: ['a'] }, rate: 0 }],
  [{ filter: { tag: ['a'] }, rate: 1_001 }],
  [{ filter: { tenant: 'other' } }],
  [{ filter: { text: 'a\u0000' } }],
  [{ filter: { since: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } }],
  [[]],
  [null],
])('the request %j is refused', async (body) => {
  for (const action of ['cancel', 'retry'] as const) {
    expect(await bulk(action, body)).toMatchObject({
      status: 422,
      body: { type: '/problems/invalid-submission' },
    });
  }
});

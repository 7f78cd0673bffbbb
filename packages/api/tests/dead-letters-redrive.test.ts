import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  deadApiKeys,
  deadKeys,
  deadLetterCalls,
  enterAll,
  plantFailed,
} from './dead-letters-fixtures.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
let worker: AsyncDisposable;
let dead: ReturnType<typeof deadLetterCalls>;
beforeAll(async () => {
  api = await startApi({ API_KEYS: deadApiKeys });
  worker = await startWorkerOf(api);
  dead = deadLetterCalls(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

test('a job that has failed for good is a dead letter, and runs again when it is redriven', async () => {
  const job = await dead.die({ failures: 2, message: 'no such thing 17' });
  expect(await dead.list('?type=demo.fail')).toMatchObject({
    items: [
      {
        id: job.id,
        type: 'demo.fail',
        queue: 'demo',
        tenant: 'acme',
        error: { code: 'demo-permanent', message: 'no such thing 17', attempt: 1 },
        attempts: { made: 1, max: 3 },
        failedAt: job.finishedAt,
        links: { job: `/jobs/${job.id}` },
      },
    ],
    nextCursor: null,
  });
  const answer = await dead.redrive(job.id);
  expect(answer).toMatchObject({ status: 202, body: { id: job.id } });
  expect(answer.headers.get('location')).toBe(`/jobs/${job.id}`);
  expect(await dead.finished(job.id)).toMatchObject({ status: 'failed', attempts: { made: 2 } });
  await expect.poll(() => dead.ids()).toEqual([job.id]);
  await dead.redrive(job.id, {});
  expect(await dead.finished(job.id)).toMatchObject({
    status: 'succeeded',
    result: { attempts: 3 },
    attempts: {
      made: 3,
      history: [{ outcome: 'failed' }, { outcome: 'failed' }, { outcome: 'succeeded' }],
    },
  });
  expect(await dead.ids()).toEqual([]);
});

test('a payload is edited, and checked as that of a submission', async () => {
  const { id } = await dead.die({ failures: 9 });
  const wrong = await dead.redrive(id, { payload: { failures: 'none', more: 1 } });
  expect(wrong).toMatchObject({ status: 422, body: { type: '/problems/invalid-submission' } });
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
    '/payload/failures',
    '/payload/more',
  ]);
  expect((await dead.redrive(id, { payloud: {} })).body.errors).toEqual([
    { pointer: '/payloud', message: 'unknown field' },
  ]);
  expect((await dead.redrive(id, 'null')).status).toBe(422);
  expect((await dead.redrive(id, '{"payload":1e999}')).status).toBe(422);
  expect((await dead.redrive(id, { payload: { failures: 0 } })).status).toBe(202);
  expect(await dead.finished(id)).toMatchObject({
    status: 'succeeded',
    payload: { failures: 0 },
    attempts: { made: 2 },
  });
});

test('redriven several times at once, or retried meanwhile, it runs once', async () => {
  const { id } = await dead.die();
  const answers = await Promise.all([
    ...[1, 2, 3, 4].map(() => dead.redrive(id)),
    ...[1, 2, 3].map(() => dead.ask('POST', `/jobs/${id}/retry`)),
  ]);
  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([202, 409, 409, 409, 409, 409, 409]);
  expect(await dead.finished(id)).toMatchObject({ status: 'succeeded', attempts: { made: 2 } });
  expect(await dead.redrive(id)).toMatchObject({
    status: 409,
    body: { type: '/problems/job-not-dead' },
  });
});

test('a retry takes the dead letter away, too', async () => {
  const { id } = await dead.die();
  expect((await dead.ask('POST', `/jobs/${id}/retry`)).status).toBe(202);
  await dead.finished(id);
  expect(await dead.ids()).toEqual([]);
  expect(await api.queues.redis.exists(dead.entryKey(id))).toBe(0);
});

test('canceled and expired jobs are nobody’s concern', async () => {
  const later = await dead.submit('demo.echo', { value: 1 }, { delay: '1h' });
  await dead.ask('DELETE', `/jobs/${later.id}`);
  const late = await dead.submit('demo.echo', { value: 1 }, { delay: 30, expiresIn: 31 });
  await expect.poll(async () => (await dead.finished(late.id)).status).toMatch(/expired|succeeded/);
  for (const id of [later.id, late.id]) {
    expect((await dead.ask('GET', `/dead-letters/${id}`)).status).toBe(404);
  }
  expect(await dead.ids()).toEqual([]);
});

test('what the worker does not know is a dead letter with a code of its own', async () => {
  const { id } = await dead.submit('demo.echo', { value: 1 }, { delay: 100 });
  const key = api.queues.keys.inQueue('demo', 0, id);
  await api.queues.redis.hset(key, 'name', 'demo.gone');
  await dead.finished(id);
  await expect.poll(() => dead.ids('?code=unknown-job-type')).toEqual([id]);
  expect((await dead.redrive(id, { payload: {} })).body.type).toBe('/problems/unknown-job-type');
  expect((await dead.ask('DELETE', `/dead-letters/${id}`)).status).toBe(200);
  expect((await dead.ask('GET', `/jobs/${id}`)).status).toBe(404);
});

test('who may not operate may not redrive', async () => {
  const { id } = await dead.die();
  expect((await dead.redrive(id, {}, { key: deadKeys.reader })).status).toBe(403);
  expect((await dead.redrive(id, {}, { key: deadKeys.submitter })).status).toBe(403);
  expect((await dead.redrive(id, {}, { key: deadKeys.other })).status).toBe(404);
  expect((await dead.redrive(id, {}, { key: deadKeys.admin })).status).toBe(202);
});

test('what an admin asked for about all tenants, no operator of its tenant runs again', async () => {
  const others = (await dead.die({}, {}, deadKeys.other)).id;
  const asked = ['dead-letters.redrive', 'jobs.cancel', 'jobs.retry'];
  // Each is a job of tenant `acme`, as one of an admin's key of that tenant would be.
  const ids = await plantFailed(api, asked.length, (n) => ({
    type: asked[n] ?? '',
    queue: 'maintenance',
  }));
  await enterAll(api, ids);
  for (const id of ids) {
    expect(await dead.redrive(id)).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden' },
    });
  }
  const many = await dead.redriveAll({ filter: { queue: 'maintenance' }, rate: 100 });
  expect(await dead.finished(many.body.id)).toMatchObject({
    status: 'succeeded',
    result: { matched: 3, redriven: 0, skipped: 3 },
  });
  expect((await dead.ids('?queue=maintenance')).toSorted()).toEqual(ids.toSorted());
  expect(await dead.ids('', deadKeys.other)).toEqual([others]);
  const [first = ''] = ids;
  expect((await dead.redrive(first, {}, { key: deadKeys.admin })).status).toBe(202);
});

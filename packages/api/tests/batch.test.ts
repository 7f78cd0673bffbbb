import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ PARTITIONS: '3' });
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = (value: unknown) => ({ type: 'demo.echo', payload: { value } });
const mail = { type: 'email.send', payload: { to: 'a@example.com', subject: 's', text: 't' } };

const submitBatch = (body: unknown, headers: Record<string, string> = {}) =>
  api.ask('/jobs/batch', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

test('a thousand jobs are taken in, in their order', async () => {
  const jobs = Array.from({ length: 1_000 }, (_, i) => (i % 3 === 0 ? mail : echo(i)));
  const { status, body } = await submitBatch({ jobs });
  expect({ status, accepted: body.accepted, rejected: body.rejected }).toEqual({
    status: 202,
    accepted: 1_000,
    rejected: 0,
  });
  for (const [i, { status: each, job }] of body.items.entries()) {
    expect(each).toBe(202);
    expect({ type: job.type, payload: job.payload }).toEqual(jobs[i]);
  }
  const shown = await api.ask(`/jobs/${body.items[7].job.id}`);
  expect(shown.body).toEqual(body.items[7].job);
});

test('some are good, some are not: 207, and each says what became of it', async () => {
  const jobs = [echo(1), { type: 'demo.ecko', payload: {} }, { type: 'demo.echo' }, 7, echo(2)];
  const { status, body } = await submitBatch({ jobs });
  expect(status).toBe(207);
  expect(body).toMatchObject({ accepted: 2, rejected: 3 });
  expect(body.items.map((item: { status: number }) => item.status)).toEqual([
    202, 422, 422, 422, 202,
  ]);
  expect(body.items[1].problem).toMatchObject({
    type: '/problems/unknown-job-type',
    detail: expect.stringContaining('Did you mean "demo.echo"?'),
    instance: '/jobs/batch',
    errors: [{ pointer: '/jobs/1/type' }],
  });
  expect(body.items[2].problem.errors[0].pointer).toBe('/jobs/2/payload');
});

test('none is good: 422, with all outcomes', async () => {
  const { status, body } = await submitBatch({ jobs: [1, 2] });
  expect(status).toBe(422);
  expect(body).toMatchObject({ accepted: 0, rejected: 2 });
});

test.each([
  ['no list', {}],
  ['an empty list', { jobs: [] }],
  ['too many', { jobs: Array.from({ length: 1_001 }, () => 1) }],
  ['an unknown field', { jobs: [echo(1)], atomic: true }],
  ['an array', [echo(1)]],
])('%s is no batch: 422', async (_what, body) => {
  const answer = await submitBatch(body);
  expect(answer).toMatchObject({ status: 422, body: { type: '/problems/invalid-submission' } });
});

test('the same key and batch are the same jobs; another batch is a conflict of all', async () => {
  const headers = { 'idempotency-key': 'batch' };
  const jobs = [echo(1), { type: 'nonsense' }, mail, echo(2)];
  const first = await submitBatch({ jobs }, headers);
  const before = await api.countJobs();
  const again = await submitBatch({ jobs }, headers);
  expect(again).toMatchObject({ status: 207, body: first.body });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const other = await submitBatch({ jobs: [...jobs, echo(3)] }, headers);
  expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-conflict' } });
  expect(await api.countJobs()).toBe(before);
});

test('it takes the role submit', async () => {
  const init = { method: 'POST', body: '{}', key: keys.readOnly };
  expect((await api.ask('/jobs/batch', init)).status).toBe(403);
});

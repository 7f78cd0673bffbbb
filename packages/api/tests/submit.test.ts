import { newJobId, parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = { type: 'demo.echo', payload: { value: { nested: [1, 'two', null] } } };

test('a job is accepted: 202, its address, and the job resource', async () => {
  const answer = await api.submit(echo);
  expect(answer.status).toBe(202);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(parseJobId(answer.body.id)).toMatchObject({ queue: 'demo', partition: 0 });
  expect(answer.headers.get('location')).toBe(`/jobs/${answer.body.id}`);
  expect(answer.body).toEqual({
    id: answer.body.id,
    type: 'demo.echo',
    queue: 'demo',
    tenant: 'acme',
    status: 'queued',
    priority: 5,
    progress: 0,
    tags: [],
    runAt: answer.body.createdAt,
    attempts: { made: 0, max: 3, history: [] },
    payload: echo.payload,
    result: null,
    error: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    startedAt: null,
    finishedAt: null,
    links: {
      self: `/jobs/${answer.body.id}`,
      events: `/jobs/${answer.body.id}/events`,
      logs: `/jobs/${answer.body.id}/logs`,
    },
  });
});

test('the address shows the job to its tenant', async () => {
  const { body } = await api.submit(echo);
  const answer = await api.ask(`/jobs/${body.id}`);
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body });
});

test('another tenant’s job is as good as missing', async () => {
  const { body } = await api.submit(echo);
  const theirs = await api.ask(`/jobs/${body.id}`, { key: keys.other });
  const missing = await api.ask(`/jobs/${newJobId('demo', 0)}`, { key: keys.other });
  expect(theirs.status).toBe(404);
  expect(theirs.body.type).toBe('/problems/job-not-found');
  expect({ ...theirs.body, detail: '', instance: '' }).toEqual({
    ...missing.body,
    detail: '',
    instance: '',
  });
});

test('a type’s retry policy goes with the job', async () => {
  const { body } = await api.submit({
    type: 'email.send',
    payload: { to: 'ada@example.com', subject: 'Hi', text: 'Hello' },
  });
  expect(body).toMatchObject({ queue: 'mail', attempts: { made: 0, max: 5 } });
});

test('jobs are spread over the partitions, and each is found again', async () => {
  await using spread = await startApi({ PARTITIONS: '4' });
  const ids: string[] = [];
  for (let i = 0; i < 40; i += 1) ids.push((await spread.submit(echo)).body.id);
  expect(new Set(ids.map((id) => parseJobId(id)?.partition)).size).toBe(4);
  const statuses = await Promise.all(
    ids.map(async (id) => (await spread.ask(`/jobs/${id}`)).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { accepted, echo, submitWorkflow } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

const chain = { chain: [echo(1), echo(2)] };

test('a workflow is accepted with a place to look at it', async () => {
  const { status, headers, body } = await submitWorkflow(api, { ...chain, tags: ['x', 'x'] });
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/workflows/${body.id}`);
  expect(headers.get('retry-after')).toBe('1');
  expect(body).toMatchObject({
    tenant: 'acme',
    status: 'running',
    tags: ['x'],
    stepCounts: { total: 2, ended: 0 },
    steps: {
      'step-1': { status: 'queued', needs: [], job: expect.stringMatching(/^demo\.0\./) },
      'step-2': { status: 'blocked', needs: ['step-1'] },
    },
    links: { self: `/workflows/${body.id}`, events: `/workflows/${body.id}/events` },
  });
  expect(body.mermaid).toMatch(/^flowchart TD\n {2}s0\["step-1<br\/>demo\.echo"\]:::queued\n/);
});

test('the same key and body are the same workflow; another body is a conflict', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const before = await api.countJobs();
  const first = await submitWorkflow(api, chain, { headers });
  const second = await submitWorkflow(api, chain, { headers });
  expect(second.body.id).toBe(first.body.id);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(await api.countJobs()).toBe(before + 2);
  const other = await submitWorkflow(api, { chain: [echo(3)] }, { headers });
  expect(other.status).toBe(422);
  expect(other.body.type).toBe('/problems/idempotency-conflict');
});

test('many who send one key at once get one workflow', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const before = await api.countJobs();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => submitWorkflow(api, chain, { headers })),
  );
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await api.countJobs()).toBe(before + 2);
});

test('what died between its key and its workflow is stored when it is sent again', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const { body } = await submitWorkflow(api, chain, { headers });
  const { redis, keys: names } = api.queues;
  const [record = ''] = await redis.keys(`${names.partition(0)}:idempotency:*`);
  const own = (await redis.keys(`${names.partition(0)}:idempotency:*`)).filter(Boolean);
  expect(record).not.toBe('');
  for (const key of own) {
    const value = await redis.get(key);
    if (!value?.includes(body.id)) continue;
    await redis.set(key, value.replace(/ \+$/, ''), 'KEEPTTL');
  }
  await redis.del(names.inQueue('workflow', 0, body.id));
  const again = await submitWorkflow(api, chain, { headers });
  expect(again.status).toBe(202);
  expect(again.body.id).toBe(body.id);
  expect(again.body.steps['step-1'].job).toBe(body.steps['step-1'].job);
});

test('another tenant sees nothing of it', async () => {
  const { id } = await accepted(api, chain);
  for (const [path, method] of [
    [`/workflows/${id}`, 'GET'],
    [`/workflows/${id}/events`, 'GET'],
    [`/workflows/${id}`, 'DELETE'],
  ] as const) {
    const { status, body } = await api.ask(path, { method, key: keys.other });
    expect(status).toBe(404);
    expect(body.type).toBe('/problems/workflow-not-found');
  }
  const { body } = await api.ask('/workflows', { key: keys.other });
  expect(body).toEqual({ items: [], nextCursor: null });
});

test.each(['workflow.0.x', 'demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz', 'x', '%00'])(
  'there is no workflow %j',
  async (id) => expect((await api.ask(`/workflows/${id}`)).status).toBe(404),
);

test('each role does what it is for', async () => {
  const { id } = await accepted(api, chain);
  expect((await submitWorkflow(api, chain, { key: keys.readOnly })).status).toBe(403);
  expect((await submitWorkflow(api, chain, { key: keys.submitOnly })).status).toBe(202);
  expect((await api.ask(`/workflows/${id}`, { key: keys.submitOnly })).status).toBe(403);
  expect((await api.ask('/workflows', { key: keys.operator })).status).toBe(403);
});

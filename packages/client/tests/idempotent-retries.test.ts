import { expect, test } from 'vitest';
import { createClient, type RetryNotice } from '../src/index.ts';
import {
  type Answerer,
  hangUp,
  jobWith,
  json,
  problem,
  startScripted,
  succeeded,
} from './scripted-server.ts';

const failing = (status: number) => problem(status, 'x', { headers: { 'retry-after': '0' } });

const withServer = async (script: readonly Answerer[]) => {
  const server = await startScripted(script);
  const notices: RetryNotice[] = [];
  const client = createClient({
    url: server.url,
    key: 'dev',
    onRetry: (notice) => notices.push(notice),
  });
  return {
    client,
    notices,
    received: server.received,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};

test('a submission is sent again under the same key until it is answered', async () => {
  await using at = await withServer([hangUp, failing(503), json(202, jobWith())]);
  const job = await at.client.submit('demo.echo', { value: 1 }, { priority: 1 });
  expect(job).toMatchObject({ id: 'demo.0.1', replayed: false, deduplicated: false });
  expect(at.received.map(({ body }) => body)).toEqual(
    Array(3).fill({ type: 'demo.echo', payload: { value: 1 }, options: { priority: 1 } }),
  );
  const keys = new Set(at.received.map(({ headers }) => headers['idempotency-key']));
  expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(at.notices.map(({ error, attempts }) => [error.code, attempts])).toEqual([
    ['network-error', 1],
    ['x', 2],
  ]);
});

test('two submissions have two keys; a key of one’s own is sent as it is', async () => {
  await using at = await withServer([json(202, jobWith())]);
  await at.client.submit('demo.echo', { value: 1 });
  await at.client.submit('demo.echo', { value: 1 });
  await at.client.submit('demo.echo', { value: 1 }, {}, { idempotencyKey: 'order-7' });
  const keys = at.received.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(3);
  expect(keys[2]).toBe('order-7');
});

test('the answer tells whether the job is an earlier one', async () => {
  await using at = await withServer([
    json(202, jobWith(), { 'idempotency-replayed': 'true' }),
    json(202, jobWith(), { deduplicated: 'true' }),
  ]);
  const submit = () => at.client.submit('demo.echo', { value: 1 });
  expect(await submit()).toMatchObject({ replayed: true, deduplicated: false });
  expect(await submit()).toMatchObject({ replayed: false, deduplicated: true });
});

test('waiting is asked for in whole seconds', async () => {
  await using at = await withServer([json(200, succeeded)]);
  const job = await at.client.submit('demo.echo', { value: 1 }, {}, { waitMs: 1_500 });
  expect(job.status).toBe('succeeded');
  expect(at.received[0]?.headers).toMatchObject({ prefer: 'wait=2' });
});

test('a batch is sent again under the same key', async () => {
  const report = { accepted: 1, rejected: 0, items: [{ status: 202, job: jobWith() }] };
  await using at = await withServer([hangUp, json(202, report)]);
  await at.client.batch([{ type: 'demo.echo', payload: { value: 1 } }]);
  const keys = at.received.map(({ headers }) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys).toEqual([keys[0], keys[0]]);
});

test('running a job again is not: the first request may have started it', async () => {
  await using at = await withServer([hangUp, failing(503), failing(429), json(202, jobWith())]);
  await expect(at.client.retry('a')).rejects.toMatchObject({ code: 'network-error' });
  await expect(at.client.retry('a')).rejects.toMatchObject({ status: 503 });
  expect(await at.client.retry('a')).toMatchObject({ status: 'queued' });
  expect(at.received).toHaveLength(4);
});

test('a cancellation whose answer was lost is one', async () => {
  const canceled = jobWith({ status: 'canceled' });
  await using at = await withServer([hangUp, problem(409, 'job-finished'), json(200, canceled)]);
  expect(await at.client.cancel('a')).toMatchObject({ status: 'canceled' });
  expect(at.received.map(({ method }) => method)).toEqual(['DELETE', 'DELETE', 'GET']);
});

test('a cancellation that comes too late is not', async () => {
  await using at = await withServer([problem(409, 'job-finished')]);
  await expect(at.client.cancel('a')).rejects.toMatchObject({ code: 'job-finished' });

  await using lost = await withServer([hangUp, problem(409, 'job-finished'), json(200, succeeded)]);
  await expect(lost.client.cancel('a')).rejects.toMatchObject({ code: 'job-finished' });
});

import { newJobId } from '@drover/shared/job-id';
import { FlowProducer } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const cancel = (id: string, init = {}) => api.ask(`/jobs/${id}`, { method: 'DELETE', ...init });
const show = async (id: string) => (await api.ask(`/jobs/${id}`)).body;
const finished = async (id: string) =>
  (await api.ask(`/jobs/${id}`, { headers: { prefer: 'wait=20' } })).body;
const echo = { type: 'demo.echo', payload: { value: 1 } };
const sleep = { type: 'demo.sleep', payload: { ms: 60_000, steps: 600 } };

const canceled = {
  status: 'canceled',
  result: null,
  error: { code: 'canceled', retryable: false },
  finishedAt: expect.any(String),
};

/** Resolves when a worker has begun with the job. */
const running = async (id: string) => {
  await expect.poll(async () => (await show(id)).status).toBe('running');
};

describe('a job that no worker runs is canceled at once', () => {
  test.each([
    ['queued', echo],
    ['scheduled', { ...echo, options: { delay: '1h' } }],
  ])('%s', async (status, submission) => {
    const { body } = await api.submit(submission);
    expect(body.status).toBe(status);
    const answer = await cancel(body.id);
    expect(answer).toMatchObject({ status: 200, body: { ...canceled, attempts: { made: 0 } } });
    expect(await show(body.id)).toEqual(answer.body);
    expect((await show(body.id)).startedAt).toBeNull();
  });

  test('blocked', async () => {
    const queue = api.queues.get('demo', 0);
    const flow = new FlowProducer({
      connection: api.queues.redis,
      prefix: api.queues.keys.partition(0),
    });
    const [parentId, childId] = (await Promise.all([api.submit(echo), api.submit(echo)])).map(
      ({ body }) => body.id,
    );
    await queue.remove(parentId);
    await queue.remove(childId);
    const data = { tenant: 'acme', payload: { value: 1 } };
    const node = (id: string) => ({
      name: 'demo.echo',
      queueName: 'demo',
      data,
      opts: { jobId: id, priority: 5 },
    });
    await flow.add({ ...node(parentId), children: [node(childId)] });
    expect((await show(parentId)).status).toBe('blocked');
    expect(await cancel(parentId)).toMatchObject({ status: 200, body: canceled });
    await using _worker = await startWorkerOf(api);
    expect((await finished(childId)).status).toBe('succeeded');
    expect((await show(parentId)).status).toBe('canceled');
    await flow.close();
  });

  test('it never runs', async () => {
    const { body } = await api.submit(echo);
    await cancel(body.id);
    await using _worker = await startWorkerOf(api);
    await finished((await api.submit(echo)).body.id);
    expect(await show(body.id)).toMatchObject({ ...canceled, startedAt: null });
  });
});

describe('a job that runs', () => {
  let worker: AsyncDisposable;
  beforeEach(async () => {
    worker = await startWorkerOf(api);
  });
  afterEach(() => worker[Symbol.asyncDispose]());

  test('is told to stop, 202, and ends as canceled', async () => {
    const { body } = await api.submit(sleep);
    await running(body.id);
    const answer = await cancel(body.id);
    expect(answer).toMatchObject({ status: 202, body: { id: body.id } });
    expect(await finished(body.id)).toMatchObject({ ...canceled, attempts: { made: 1 } });
  });

  test('is canceled from any API process', async () => {
    await using second = await startApi({ KEY_PREFIX: api.config.redis.keyPrefix });
    const { body } = await api.submit(sleep);
    await running(body.id);
    await second.ask(`/jobs/${body.id}`, { method: 'DELETE' });
    expect(await finished(body.id)).toMatchObject(canceled);
  });

  test('is canceled even when the message is lost', async () => {
    const { body } = await api.submit(sleep);
    await running(body.id);
    const key = api.queues.get('demo', 0).toKey(body.id);
    await api.queues.redis.hset(key, 'withdrawn', 'canceled');
    expect(await finished(body.id)).toMatchObject(canceled);
  });

  test('that waits for its next attempt is canceled at once', async () => {
    const options = { attempts: 5, backoff: { delay: '1h' } };
    const failing = { type: 'demo.fail', payload: { failures: 9 }, options };
    const { body } = await api.submit(failing);
    await expect.poll(async () => (await show(body.id)).status).toBe('retrying');
    expect(await cancel(body.id)).toMatchObject({
      status: 200,
      body: { ...canceled, attempts: { made: 1, max: 5 } },
    });
  });
});

describe('what cannot be canceled', () => {
  test('a finished job: 409', async () => {
    const { body } = await api.submit(echo);
    await cancel(body.id);
    const again = await cancel(body.id);
    expect(again).toMatchObject({ status: 409, body: { type: '/problems/job-finished' } });
    expect(again.body.detail).toContain('canceled');
  });

  test('another tenant’s job, or none: 404', async () => {
    const { body } = await api.submit(echo);
    expect((await cancel(body.id, { key: keys.other })).status).toBe(404);
    expect((await cancel(newJobId('demo', 0))).status).toBe(404);
    expect((await show(body.id)).status).toBe('queued');
  });

  test('anything, for a key that may only read: 403', async () => {
    const { body } = await api.submit(echo);
    expect((await cancel(body.id, { key: keys.readOnly })).status).toBe(403);
  });
});

test('of two cancellations at once, one does it', async () => {
  const { body } = await api.submit(echo);
  const answers = await Promise.all([cancel(body.id), cancel(body.id), cancel(body.id)]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await show(body.id)).status).toBe('canceled');
});

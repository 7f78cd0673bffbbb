import { settleQueue } from '@drover/jobs/settling/settle-job';
import { mendWorkflows } from '@drover/jobs/workflows/reconcile';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, failing, statuses } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

/** As the scheduler does, at once and again and again. */
const mending = () => {
  const stopping = new AbortController();
  const parts = { queues: api.queues, keep: api.config.keep };
  const mend = async () => {
    while (!stopping.signal.aborted) {
      await mendWorkflows(parts, 0, { signal: stopping.signal, quietMs: 0 });
    }
  };
  const running = mend();
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await running;
    },
  };
};

/** Takes away every settle job there is: no end of a step will be told. */
const loseSettleJobs = async () => {
  await api.queues.get(settleQueue, 0).obliterate({ force: true });
};

test('a workflow whose settle jobs are lost reaches its end nevertheless', async () => {
  const { id } = await accepted(api, {
    steps: {
      a: echo({ n: 1 }),
      b: echo({ $result: 'a/value/n' }),
      c: failing({ needs: ['b'] }),
      d: echo(4, { needs: ['c'] }),
      tidy: echo({ $error: 'step' }),
    },
    onFailure: 'tidy',
  });
  await loseSettleJobs();
  await using _worker = await startWorkerOf(api);
  await using _mending = mending();
  const workflow = await ended(api, { id });
  expect(workflow).toMatchObject({ status: 'failed', error: { step: 'c' } });
  expect(statuses(workflow)).toEqual({
    a: 'succeeded',
    b: 'succeeded',
    c: 'failed',
    d: 'canceled',
    tidy: 'succeeded',
  });
});

test('mending while all is well changes nothing', async () => {
  await using _worker = await startWorkerOf(api);
  await using _mending = mending();
  const { id } = await accepted(api, { chain: Array.from({ length: 20 }, (_, n) => echo(n)) });
  const workflow = await ended(api, { id });
  expect(workflow.status).toBe('succeeded');
  for (const { job } of Object.values(workflow.steps)) {
    const { body } = await api.ask(`/jobs/${job}`);
    expect(body.attempts.history).toHaveLength(1);
  }
});

test('a step that is removed past Drover ends its workflow', async () => {
  const later = echo(1, { options: { delay: '1h' } });
  const { id, steps } = await accepted(api, { chain: [later, echo(2)] });
  await api.queues.get('demo', 0).remove(steps['step-1']?.job ?? '');
  await using _worker = await startWorkerOf(api);
  expect(await ended(api, { id })).toMatchObject({
    status: 'canceled',
    error: { step: 'step-1', code: 'removed' },
  });
});

test('a workflow whose time is over is forgotten, though no other ends', async () => {
  await using _worker = await startWorkerOf(api);
  const { id } = await accepted(api, { chain: [echo(1)] });
  await ended(api, { id });
  const { keys, redis } = api.queues;
  await redis.zadd(keys.inQueue('workflow', 0, 'ended'), 'XX', Date.now() - 1, id);
  await using _mending = mending();
  await expect.poll(async () => (await api.ask(`/workflows/${id}`)).status).toBe(404);
  const { body } = await api.ask('/workflows');
  expect(body.items.map((item: { id: string }) => item.id)).not.toContain(id);
});

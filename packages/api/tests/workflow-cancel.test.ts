import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, run, statuses } from './workflow-fixtures.ts';

let api: RunningApi;
let worker: AsyncDisposable;

beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const cancel = (id: string) => api.ask(`/workflows/${id}`, { method: 'DELETE' });

/** Resolves when the step's job runs. */
const running = async (job: string) => {
  for (;;) {
    const { body } = await api.ask(`/jobs/${job}`);
    if (body.status === 'running') return;
  }
};

test('a workflow of which nothing runs is canceled at once', async () => {
  const later = echo(1, { options: { delay: '1h' } });
  const { id } = await accepted(api, { chain: [later, echo(2)] });
  const { status, body } = await cancel(id);
  expect(status).toBe(200);
  expect(body.id).toBe(id);
  const workflow = await ended(api, { id });
  expect(workflow).toMatchObject({ status: 'canceled', error: null });
  expect(statuses(workflow)).toEqual({ 'step-1': 'canceled', 'step-2': 'canceled' });
});

test('a workflow that runs is told to stop', async () => {
  const slow = { type: 'demo.sleep', payload: { ms: 60_000 } };
  const { id, steps } = await accepted(api, {
    steps: { slow, next: echo(1, { needs: ['slow'] }) },
  });
  await running(steps['slow']?.job ?? '');
  expect((await cancel(id)).status).toBe(202);
  const workflow = await ended(api, { id });
  expect(workflow.status).toBe('canceled');
  expect(statuses(workflow)).toEqual({ slow: 'canceled', next: 'canceled' });
});

test('canceled again or after its end, it says so', async () => {
  const { id } = await run(api, { chain: [echo(1)] });
  const { status, body } = await cancel(id);
  expect(status).toBe(409);
  expect(body).toMatchObject({
    type: '/problems/workflow-finished',
    detail: 'The workflow is succeeded already.',
  });
});

test('a step that a client cancels fails its workflow as canceled', async () => {
  const later = echo(1, { options: { delay: '1h' } });
  const { id, steps } = await accepted(api, {
    steps: { later, next: echo(2, { needs: ['later'] }) },
  });
  await api.ask(`/jobs/${steps['later']?.job}`, { method: 'DELETE' });
  expect(await ended(api, { id })).toMatchObject({
    status: 'canceled',
    error: { step: 'later', status: 'canceled', code: 'canceled' },
  });
});

test('a blocked step that a client cancels ends the workflow, too', async () => {
  const later = echo(1, { options: { delay: '1h' } });
  const { id, steps } = await accepted(api, {
    steps: { later, next: echo(2, { needs: ['later'] }) },
  });
  const { body } = await api.ask(`/jobs/${steps['next']?.job}`);
  expect(body).toMatchObject({
    status: 'blocked',
    workflow: { id, step: 'next' },
    links: { workflow: `/workflows/${id}` },
  });
  await api.ask(`/jobs/${steps['next']?.job}`, { method: 'DELETE' });
  const workflow = await ended(api, { id });
  expect(workflow).toMatchObject({ status: 'canceled', error: { step: 'next' } });
  expect(statuses(workflow)).toEqual({ later: 'canceled', next: 'canceled' });
});

test('what has not started when the time of a workflow is over never will', async () => {
  const { id } = await accepted(api, {
    steps: { later: echo(1, { options: { delay: '1h' } }), next: echo(2, { needs: ['later'] }) },
    expiresIn: '50ms',
  });
  const workflow = await ended(api, { id });
  expect(workflow).toMatchObject({ status: 'expired', error: { status: 'expired' } });
  for (const status of Object.values(statuses(workflow))) {
    expect(['canceled', 'expired']).toContain(status);
  }
});

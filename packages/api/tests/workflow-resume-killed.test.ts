import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import { mendWorkflows } from '@drover/jobs/workflows/reconcile';
import { reviveStep } from '@drover/jobs/workflows/revive';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, failingOnce, run, statuses } from './workflow-fixtures.ts';

let api: RunningApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api[Symbol.asyncDispose]());

const retry = ({ steps }: WorkflowResource, step: string) =>
  api.ask(`/jobs/${steps[step]?.job}/retry`, { method: 'POST' });

const mend = () =>
  mendWorkflows({ queues: api.queues, keep: api.config.keep }, 0, {
    signal: new AbortController().signal,
    quietMs: 0,
  });

/** As far as a retry gets whose process dies before it has moved any job. */
const retryAndDie = async ({ id, steps }: WorkflowResource, step: string) => {
  const job = await api.queues.read(parseJobId(steps[step]?.job ?? '') as JobAddress);
  const index = Object.keys(steps).indexOf(step);
  await reviveStep(api.queues, parseWorkflowId(id) as JobAddress, index, job?.finishedOn ?? 0);
};

const steps = {
  d: echo(4, { needs: ['c'] }),
  a: echo(1),
  b: failingOnce({ needs: ['a'] }),
  c: echo({ $result: 'b/attempts' }),
};

test('a retry that died half-way is done when it is asked for again', async () => {
  await using _worker = await startWorkerOf(api);
  const failed = await run(api, { steps });
  await retryAndDie(failed, 'b');
  expect((await retry(failed, 'b')).status).toBe(202);
  const workflow = await ended(api, failed);
  expect(workflow).toMatchObject({ status: 'succeeded', error: null });
  expect(new Set(Object.values(statuses(workflow)))).toEqual(new Set(['succeeded']));
});

test('a retry that died half-way is undone when nobody asks again', async () => {
  await using _worker = await startWorkerOf(api);
  const failed = await run(api, { steps });
  await retryAndDie(failed, 'b');
  await mend();
  const workflow = await ended(api, failed);
  expect(workflow.error).toEqual(failed.error);
  expect(statuses(workflow)).toEqual(statuses(failed));
  expect((await retry(failed, 'b')).status).toBe(202);
  expect(await ended(api, failed)).toMatchObject({ status: 'succeeded' });
});

test('what a canceled onFailure step was for is forgotten when that is retried', async () => {
  await using _worker = await startWorkerOf(api);
  const { id } = await accepted(api, {
    steps: { a: failingOnce(), tidy: echo(1, { options: { delay: '1h' } }) },
    onFailure: 'tidy',
  });
  const isCalled = async () => {
    const { body } = await api.ask(`/workflows/${id}`);
    return body.steps.tidy.status === 'scheduled';
  };
  await expect.poll(isCalled, { timeout: 10_000 }).toBe(true);
  await api.ask(`/workflows/${id}`, { method: 'DELETE' });
  const canceled = await ended(api, { id });
  expect((await retry(canceled, 'a')).status).toBe(202);
  const workflow = await ended(api, { id });
  expect(statuses(workflow)).toEqual({ a: 'succeeded', tidy: 'skipped' });
});

test('a step that was retried is not canceled for another that has failed', async () => {
  const slow = { type: 'demo.sleep', payload: { ms: 60_000 } };
  const late = { ...slow, options: { attempts: 1, timeout: '300ms' } };
  const worker = await startWorkerOf(api);
  const failed = await run(api, { group: [late, late] });
  await worker[Symbol.asyncDispose]();
  const other = failed.error?.step === 'step-1' ? 'step-2' : 'step-1';
  expect((await retry(failed, other)).status).toBe(202);
  await mend();
  const { body } = await api.ask(`/workflows/${failed.id}`);
  expect(body.steps[other].status).toBe('queued');
});

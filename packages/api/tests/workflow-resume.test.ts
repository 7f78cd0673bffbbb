import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, failingOnce, run, statuses } from './workflow-fixtures.ts';

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

const jobOf = ({ steps }: WorkflowResource, step: string) => steps[step]?.job ?? '';

const retry = (workflow: WorkflowResource, step: string) =>
  api.ask(`/jobs/${jobOf(workflow, step)}/retry`, { method: 'POST' });

test('a failed step that is retried takes the workflow to its end', async () => {
  const failed = await run(api, {
    steps: {
      a: echo('kept'),
      b: failingOnce({ needs: ['a'] }),
      c: echo([{ $result: 'a/value' }, { $result: 'b/attempts' }]),
      d: echo(4, { needs: ['c'] }),
    },
  });
  expect(statuses(failed)).toEqual({ a: 'succeeded', b: 'failed', c: 'canceled', d: 'canceled' });

  expect((await retry(failed, 'b')).status).toBe(202);
  const workflow = await ended(api, failed);
  expect(workflow).toMatchObject({ status: 'succeeded', error: null });
  expect(new Set(Object.values(statuses(workflow)))).toEqual(new Set(['succeeded']));
  expect(workflow.steps['c']?.result).toEqual({ value: ['kept', 2] });
  expect(workflow.steps['a']?.finishedAt).toBe(failed.steps['a']?.finishedAt);
});

test('a redriven dead letter takes its workflow on as well', async () => {
  const failed = await run(api, { chain: [failingOnce(), echo(2)] });
  const redrive = `/dead-letters/${jobOf(failed, 'step-1')}/redrive`;
  const { status } = await api.ask(redrive, { method: 'POST', key: keys.keeper });
  expect(status).toBe(202);
  expect(await ended(api, failed)).toMatchObject({ status: 'succeeded' });
});

test('a workflow may fail and be resumed again and again', async () => {
  const twice = { ...failingOnce(), payload: { failures: 2, message: 'no luck' } };
  const failed = await run(api, { chain: [twice, echo(2)] });
  await retry(failed, 'step-1');
  const again = await ended(api, failed);
  expect(again).toMatchObject({ status: 'failed', error: { step: 'step-1' } });
  expect(statuses(again)).toEqual({ 'step-1': 'failed', 'step-2': 'canceled' });
  await retry(failed, 'step-1');
  expect(await ended(api, failed)).toMatchObject({ status: 'succeeded' });
});

test('with two failed steps, the workflow goes on when both have been retried', async () => {
  const failed = await run(api, {
    steps: { a: failingOnce(), b: failingOnce(), c: echo(3, { needs: ['a', 'b'] }) },
  });
  // The one that failed second may have been canceled before it began.
  await retry(failed, 'a');
  let workflow = await ended(api, failed);
  if (workflow.status !== 'succeeded') {
    expect(workflow.error?.step).toBe('b');
    await retry(failed, 'b');
    workflow = await ended(api, failed);
  }
  expect(workflow.status).toBe('succeeded');
});

test('a step that was canceled for another’s failure cannot run before it', async () => {
  const failed = await run(api, { chain: [failingOnce(), echo(2)] });
  const { status, body } = await retry(failed, 'step-2');
  expect(status).toBe(409);
  expect(body.type).toBe('/problems/job-not-retryable');
  expect((await api.ask(`/workflows/${failed.id}`)).body.status).toBe('failed');
});

test('a canceled workflow goes on when one of its steps is retried', async () => {
  const { id } = await accepted(api, {
    chain: [echo(1, { options: { delay: '1h' } }), echo(2), echo(3)],
  });
  await api.ask(`/workflows/${id}`, { method: 'DELETE' });
  const canceled = await ended(api, { id });
  expect((await retry(canceled, 'step-2')).status).toBe(202);
  const workflow = await ended(api, canceled);
  expect(workflow.status).toBe('succeeded');
  expect(new Set(Object.values(statuses(workflow)))).toEqual(new Set(['succeeded']));
});

test('an onFailure step that was not needed serves when the workflow fails later', async () => {
  const failed = await run(api, {
    steps: {
      first: failingOnce(),
      second: failingOnce({ needs: ['first'], onFailure: 'tidy' }),
      tidy: echo({ $error: 'step' }),
    },
  });
  expect(statuses(failed)).toEqual({ first: 'failed', second: 'canceled', tidy: 'skipped' });
  await retry(failed, 'first');
  const workflow = await ended(api, failed);
  expect(statuses(workflow)).toEqual({ first: 'succeeded', second: 'failed', tidy: 'succeeded' });
  expect(workflow.steps['tidy']?.result).toEqual({ value: 'second' });
});

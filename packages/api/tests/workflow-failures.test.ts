import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { echo, failing, run, statuses } from './workflow-fixtures.ts';

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

test('a step that fails fails the workflow, and cancels what has not started', async () => {
  const workflow = await run(api, {
    steps: {
      a: echo(1),
      b: failing({ needs: ['a'] }),
      c: echo(3, { needs: ['b'] }),
      d: echo(4, { needs: ['c'] }),
    },
  });
  expect(workflow).toMatchObject({
    status: 'failed',
    error: {
      step: 'b',
      job: workflow.steps['b']?.job,
      status: 'failed',
      code: 'demo-permanent',
      message: 'no luck',
    },
    stepCounts: { total: 4, ended: 4 },
  });
  expect(statuses(workflow)).toEqual({
    a: 'succeeded',
    b: 'failed',
    c: 'canceled',
    d: 'canceled',
  });
  expect(workflow.steps['b']?.error).toEqual({ code: 'demo-permanent', message: 'no luck' });
});

test('what runs when another step fails runs on', async () => {
  const workflow = await run(api, {
    steps: {
      gate: echo(1),
      bad: failing({ needs: ['gate'] }),
      slow: { type: 'demo.sleep', payload: { ms: 400 } },
      late: echo(2, { needs: ['slow', 'gate'] }),
    },
  });
  expect(workflow).toMatchObject({ status: 'failed', error: { step: 'bad' } });
  expect(statuses(workflow)).toMatchObject({ slow: 'succeeded', late: 'canceled' });
});

test('a failure that is allowed holds nothing up; what takes its result says what instead', async () => {
  const workflow = await run(api, {
    steps: {
      flaky: failing({ allowFailure: true }),
      next: echo({ $result: 'flaky/attempts', default: 'instead' }),
      other: echo(2, { needs: ['flaky'] }),
    },
  });
  expect(workflow).toMatchObject({ status: 'succeeded', error: null });
  expect(statuses(workflow)).toEqual({ flaky: 'failed', next: 'succeeded', other: 'succeeded' });
  expect(workflow.steps['next']?.result).toEqual({ value: 'instead' });
});

test('a step fails for good that takes what is not there', async () => {
  const workflow = await run(api, {
    steps: {
      source: echo({ here: 1 }),
      taker: echo({ $result: 'source/value/there' }),
      after: echo(1, { needs: ['taker'] }),
    },
  });
  expect(workflow).toMatchObject({
    status: 'failed',
    error: { step: 'taker', code: 'unresolved-result' },
  });
  const { body } = await api.ask(`/jobs/${workflow.steps['taker']?.job}`);
  expect(body.error).toMatchObject({ code: 'unresolved-result', retryable: false, attempt: 1 });
});

test('a payload that does not fit once it is complete fails its step', async () => {
  const workflow = await run(api, {
    steps: {
      source: echo('long'),
      sleep: { type: 'demo.sleep', payload: { ms: { $result: 'source/value' } } },
    },
  });
  expect(workflow.error).toMatchObject({ step: 'sleep', code: 'invalid-payload' });
});

test('an onFailure step runs when its step fails, and knows why', async () => {
  const workflow = await run(api, {
    steps: {
      work: failing({ onFailure: 'tidy' }),
      after: echo(1, { needs: ['work'] }),
      tidy: echo([{ $error: '' }, { $error: 'message' }, { $result: 'after', default: null }]),
      unused: echo('never'),
      other: echo(1, { onFailure: 'unused' }),
    },
  });
  expect(workflow).toMatchObject({ status: 'failed', error: { step: 'work' } });
  expect(statuses(workflow)).toMatchObject({
    work: 'failed',
    after: 'canceled',
    tidy: 'succeeded',
    unused: 'skipped',
  });
  expect(workflow.steps['tidy']?.result).toEqual({
    value: [{ ...workflow.error }, 'no luck', null],
  });
});

test('one onFailure step may serve all others; without a failure it is skipped', async () => {
  const steps = { a: echo(1), b: echo(2, { needs: ['a'] }), tidy: echo({ $error: 'step' }) };
  const good = await run(api, { steps, onFailure: 'tidy' });
  expect(good.status).toBe('succeeded');
  expect(statuses(good)).toEqual({ a: 'succeeded', b: 'succeeded', tidy: 'skipped' });

  const bad = await run(api, {
    steps: { ...steps, b: failing({ needs: ['a'] }) },
    onFailure: 'tidy',
  });
  expect(bad.status).toBe('failed');
  expect(bad.steps['tidy']).toMatchObject({ status: 'succeeded', result: { value: 'b' } });
});

test('attempts come before failure: a step that succeeds at last holds nothing against it', async () => {
  const workflow = await run(api, {
    chain: [
      {
        type: 'demo.fail',
        payload: { failures: 2 },
        options: { attempts: 3, backoff: { kind: 'fixed', delay: 10 } },
      },
      echo(1),
    ],
  });
  expect(workflow.status).toBe('succeeded');
});

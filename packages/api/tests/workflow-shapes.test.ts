import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { echo, run, statuses } from './workflow-fixtures.ts';

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

test('a chain runs one step after another, and hands results on', async () => {
  const workflow = await run(api, {
    chain: [
      echo({ n: 1 }),
      echo({ $result: 'step-1/value/n' }),
      echo([{ $result: 'step-2' }, { $result: 'step-1/value' }]),
    ],
  });
  expect(workflow).toMatchObject({ status: 'succeeded', error: null });
  expect(statuses(workflow)).toEqual({
    'step-1': 'succeeded',
    'step-2': 'succeeded',
    'step-3': 'succeeded',
  });
  expect(workflow.steps['step-3']?.result).toEqual({ value: [{ value: 1 }, { n: 1 }] });
});

const startedAt = (step: { startedAt: string | null } | undefined) =>
  Date.parse(step?.startedAt ?? '');
const finishedAt = (step: { finishedAt: string | null } | undefined) =>
  Date.parse(step?.finishedAt ?? '');

test('a group runs side by side, and then one more', async () => {
  const workflow = await run(api, {
    group: [echo(1), echo(2, { name: 'two' }), echo(3)],
    // biome-ignore lint/suspicious/noThenProperty: the contract has it
    then: echo({ $result: 'two/value' }, { name: 'last' }),
  });
  expect(workflow.status).toBe('succeeded');
  const { last, ...others } = workflow.steps;
  expect(last).toMatchObject({ needs: ['step-1', 'two', 'step-3'], result: { value: 2 } });
  for (const step of Object.values(others)) {
    expect(finishedAt(step)).toBeLessThanOrEqual(startedAt(last));
  }
});

test('a diamond joins when both of its sides have ended', async () => {
  const { steps } = await run(api, {
    steps: {
      top: echo('top'),
      left: echo({ $result: 'top/value' }),
      right: { type: 'demo.sleep', payload: { ms: 100 }, needs: ['top'] },
      bottom: echo('bottom', { needs: ['left', 'right'] }),
    },
  });
  expect(finishedAt(steps['top'])).toBeLessThanOrEqual(startedAt(steps['left']));
  expect(finishedAt(steps['right'])).toBeLessThanOrEqual(startedAt(steps['bottom']));
  expect(steps['bottom']?.status).toBe('succeeded');
  expect(steps['left']?.needs).toEqual(['top']);
});

test('a thousand steps are a workflow as any', { timeout: 60_000 }, async () => {
  const last = { needs: Array.from({ length: 998 }, (_, n) => `s${n}`), ...echo('last') };
  const middle = Array.from({ length: 998 }, (_, n) => [`s${n}`, echo(n, { needs: ['first'] })]);
  const workflow = await run(api, {
    steps: { first: echo('first'), ...Object.fromEntries(middle), last },
  });
  expect(workflow).toMatchObject({
    status: 'succeeded',
    stepCounts: { total: 1_000, ended: 1_000 },
  });
  expect(new Set(Object.values(statuses(workflow)))).toEqual(new Set(['succeeded']));
});

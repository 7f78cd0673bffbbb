import { expect, test } from 'vitest';
import type { WorkflowResource } from '../../packages/jobs/src/contract/workflow.ts';
import type { LedgerEntry } from '../faults/ledger/entries.ts';
import { byJob, faultsOf } from './check.ts';

const step = (job: string, needs: string[] = [], status = 'succeeded') =>
  ({ job, needs, status, allowFailure: false, onFailure: null }) as unknown;

const workflow = (steps: object, more: object = {}) =>
  ({ id: 'w', status: 'succeeded', error: null, steps, ...more }) as WorkflowResource;

const run = (id: string, from: number, to: number): LedgerEntry[] => [
  { what: 'start', at: from, id, run: `${id}-${from}`, n: 0, attempt: 1, losses: 0 },
  { what: 'end', at: to, id, run: `${id}-${from}`, outcome: 'returned' },
];

const faults = (of: WorkflowResource, ledger: LedgerEntry[], left = { a: 0, b: 0 }) =>
  faultsOf(of, byJob(ledger), { left, wasCanceled: false });

const chain = workflow({ a: step('1'), b: step('2', ['a']) });

test('a workflow that went as it should has no faults', () => {
  expect(faults(chain, [...run('1', 0, 5), ...run('2', 5, 9)])).toEqual([]);
});

test('a step that began too early is found', () => {
  expect(faults(chain, [...run('1', 0, 5), ...run('2', 4, 9)])).toEqual([
    'w (succeeded): b began before a had ended',
  ]);
});

test('a step that never ran is found', () => {
  expect(faults(chain, run('1', 0, 5))).toEqual(['w (succeeded): b succeeded without a run']);
});

test('a step that was counted twice is found', () => {
  const ledger = [...run('1', 0, 5), ...run('2', 5, 9)];
  expect(faults(chain, ledger, { a: 0, b: -1 })).toEqual([
    'w (succeeded): b waits for -1 steps, not for 0',
  ]);
});

test('an end that does not fit the steps is found', () => {
  const bad = workflow({ a: step('1', [], 'failed') });
  expect(faults(bad, run('1', 0, 5), { a: 0, b: 0 })).toEqual([
    'w (succeeded): succeeded in spite of a',
  ]);
});

import { expect, test } from 'vitest';
import type { WorkflowResource } from '../../packages/jobs/src/contract/workflow.ts';
import { bySource, dueEvents, webhookFaults } from './check-webhooks.ts';
import type { Told } from './receiver.ts';

const webhook = { url: 'http://127.0.0.1/' };
const step = { type: 'faults.work' };
const body = { steps: { a: { ...step, options: { webhook } }, b: step }, webhook };
const workflow = {
  id: 'w',
  status: 'failed',
  steps: { a: { job: '1', status: 'failed' }, b: { job: '2', status: 'canceled' } },
} as unknown as WorkflowResource;

const due = dueEvents(workflow, { body });
const post = (source: string, event: string, more: Partial<Told> = {}): Told => ({
  source,
  event,
  webhookId: `msg_${source}`,
  isAccepted: true,
  ...more,
});
const told = [post('w', 'workflow.failed'), post('1', 'job.failed')];
const faults = (posts: readonly Told[]) => webhookFaults(due, bySource(posts));

test('events that are told once or again have no faults', () => {
  expect(faults(told)).toEqual([]);
  expect(faults([post('1', 'job.failed', { isAccepted: false }), ...told, ...told])).toEqual([]);
});

test('an event that was only refused is found', () => {
  const [own] = told;
  expect(faults(own ? [own, post('1', 'job.failed', { isAccepted: false })] : [])).toEqual([
    '1: job.failed was never delivered',
  ]);
});

test('an event that has two ids is found', () => {
  expect(faults([...told, post('w', 'workflow.failed', { webhookId: 'msg_2' })])).toEqual([
    'w: workflow.failed has the ids msg_w, msg_2',
  ]);
});

test('an event of something that did not happen is found', () => {
  expect(faults([...told, post('1', 'job.canceled')])).toEqual([
    '1: job.canceled was told instead of job.failed',
  ]);
});

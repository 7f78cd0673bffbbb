import type { WorkflowResource } from '@drover/jobs/contract/workflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendForm, tokenOn, visit } from './admin-visit.ts';
import { keys, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, echo, ended, failingOnce, run, statuses } from './workflow-fixtures.ts';

let api: RunningApi;
let worker: AsyncDisposable;
beforeAll(async () => {
  api = await startApi({ PARTITIONS: '3' });
  worker = await startWorkerOf(api);
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const pageOf = ({ id }: { id: string }) => visit(api, `/admin/workflows/${id}`);

const act = async (workflow: { id: string }, action: string) => {
  const token = tokenOn(await pageOf(workflow));
  return sendForm(api, `/admin/workflows/${workflow.id}/${action}`, { token });
};

const listed = async (query = ''): Promise<string[]> => {
  const { text } = await visit(api, `/admin/workflows${query}`);
  return [...text.matchAll(/class="mono" href="\/admin\/workflows\/([^"]+)"/g)].map(
    ([, id]) => id ?? '',
  );
};

const later = (more: object = {}) => ({ ...echo(1), options: { delay: '1h' }, ...more });

test('a workflow is drawn, and told in a table, its steps linked and with their status', async () => {
  const workflow = await run(api, {
    steps: { a: echo(1), b: failingOnce({ needs: ['a'], onFailure: 'c' }), c: echo(2) },
  });
  const { status, text } = await pageOf(workflow);
  expect(status).toBe(200);
  const [svg = ''] = /<svg class="graph"[\s\S]*?<\/svg>/.exec(text) ?? [];
  for (const [name, { job, status: became }] of Object.entries(workflow.steps)) {
    expect(svg).toMatch(
      new RegExp(`href="/admin/jobs/${job}">\\s*<g class="step status-${became}"`),
    );
    expect(text.replace(svg, '')).toContain(`<a href="/admin/jobs/${job}">${name}</a>`);
  }
  expect(svg.match(/class="arrow arrow-needs"/g)).toHaveLength(1);
  expect(svg.match(/class="arrow arrow-fails"/g)).toHaveLength(1);
  expect(text).toContain('no luck');
});

test('workflows of all tenants are listed, the newest first, by status and tenant', async () => {
  const first = await run(api, { chain: [echo(1)] });
  const second = await accepted(api, { chain: [later()] }, { key: keys.other });
  const all = await listed();
  expect(all.indexOf(second.id)).toBe(0);
  expect(all).toContain(first.id);
  expect(await listed('?status=running')).toEqual([second.id]);
  expect(await listed('?tenant=other&status=')).toEqual([second.id]);
  expect(await listed('?tenant=nobody')).toEqual([]);
});

test('lists go on where they ended', async () => {
  const submit = () => accepted(api, { chain: [later()] }, { key: 'dev' });
  const made = await Promise.all(Array.from({ length: 55 }, submit));
  const { text } = await visit(api, '/admin/workflows?tenant=dev');
  const [, next = ''] = /href="\/admin\/workflows(\?[^"]*before=[^"]*)"/.exec(text) ?? [];
  const ids = [...(await listed('?tenant=dev')), ...(await listed(next.replaceAll('&amp;', '&')))];
  const byAge = (one: string, other: string) => (one.slice(-26) < other.slice(-26) ? 1 : -1);
  expect(ids).toEqual(made.map(({ id }) => id).toSorted(byAge));
});

test('one that runs is canceled', async () => {
  const workflow = await accepted(api, { chain: [later(), echo(2)] });
  expect((await act(workflow, 'cancel')).status).toBe(303);
  expect(await ended(api, workflow)).toMatchObject({ status: 'canceled' });
  const token = tokenOn(await pageOf(workflow));
  const again = await sendForm(api, `/admin/workflows/${workflow.id}/cancel`, { token });
  expect(again.status).toBe(409);
});

const resumed = async (workflow: WorkflowResource): Promise<WorkflowResource> => {
  expect((await act(workflow, 'resume')).status).toBe(303);
  return ended(api, workflow);
};

test('one that has failed is resumed from its failed step', async () => {
  const failed = await run(api, { chain: [echo(1), failingOnce(), echo(3)] });
  const workflow = await resumed(failed);
  expect(workflow.status).toBe('succeeded');
  expect(workflow.steps['step-1']?.finishedAt).toBe(failed.steps['step-1']?.finishedAt);
});

test('one that was canceled as a whole is resumed', async () => {
  const workflow = await accepted(api, {
    chain: [{ ...echo(1), options: { delay: '1h' } }, echo(2)],
  });
  await act(workflow, 'cancel');
  await ended(api, workflow);
  expect(statuses(await resumed(workflow))).toEqual({
    'step-1': 'succeeded',
    'step-2': 'succeeded',
  });
});

test('one that has succeeded has nothing to resume', async () => {
  const other = await accepted(api, { chain: [later()] });
  const token = tokenOn(await pageOf(other));
  const { id } = await run(api, { chain: [echo(1)] });
  expect((await sendForm(api, `/admin/workflows/${id}/resume`, { token })).status).toBe(409);
});

test.each([
  'nonsense',
  'workflow.0.01jzzzzzzzzzzzzzzzzzzzzzzz',
  'demo.0.01jzzzzzzzzzzzzzzzzzzzzzzz',
])('%s is not there, and its page says so', async (id) => {
  expect((await visit(api, `/admin/workflows/${id}`)).status).toBe(404);
});

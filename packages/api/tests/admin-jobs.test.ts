import type { JobResource } from '@drover/jobs/contract/job-resource';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendForm, tokenOn, visit } from './admin-visit.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, ended } from './workflow-fixtures.ts';

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

const submit = async (type: string, payload: unknown, options = {}): Promise<JobResource> =>
  (await api.submit({ type, payload, options })).body;

const finished = async ({ id }: { id: string }): Promise<JobResource> =>
  (await api.ask(`/jobs/${id}`, { headers: { prefer: 'wait=20' } })).body;

const failed = async (payload: object, options = {}): Promise<JobResource> =>
  finished(await submit('demo.fail', { failures: 1, ...payload }, { attempts: 1, ...options }));

const pageOf = ({ id }: { id: string }, more = '') => visit(api, `/admin/jobs/${id}${more}`);

/** Sends one of the forms that the job's page has. */
const act = async (job: { id: string }, action: string, fields: Record<string, string> = {}) => {
  const token = tokenOn(await pageOf(job));
  return sendForm(api, `/admin/jobs/${job.id}/${action}`, { token, ...fields });
};

test('the page of a failed job of any tenant tells why, attempt by attempt', async () => {
  const retry = { attempts: 2, backoff: { kind: 'fixed', delay: 10 }, tags: ['nightly'] };
  const job = await failed({ failures: 3, message: 'the printer burns' }, retry);
  const { status, text } = await pageOf(job);
  expect(status).toBe(200);
  for (const part of [
    'the printer burns',
    'acme',
    'nightly',
    'Attempt 2 failed',
    'Failed for good',
  ]) {
    expect(text).toContain(part);
  }
  expect(text.match(/<summary>Stack<\/summary>/g)).toHaveLength(2);
  expect(text).toMatch(/Stack of attempt 2">Error: the printer burns\n\s+at /);
  expect(text).not.toContain('data-live-seconds');
});

test('a job that waits is live, and can be canceled', async () => {
  const job = await submit('demo.echo', { value: 1 }, { delay: '1h' });
  const { text } = await pageOf(job);
  expect(text).toContain('data-live-seconds="2"');
  expect(text).not.toContain(`/admin/jobs/${job.id}/retry`);
  const answer = await act(job, 'cancel');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe(`/admin/jobs/${job.id}`);
  expect(await finished(job)).toMatchObject({ status: 'canceled' });
});

test('a failed job runs again as it is', async () => {
  const job = await failed({});
  expect((await act(job, 'retry')).status).toBe(303);
  expect(await finished(job)).toMatchObject({ status: 'succeeded' });
});

test('what has run again meanwhile is not run a third time', async () => {
  const job = await failed({});
  const token = tokenOn(await pageOf(job));
  await api.ask(`/jobs/${job.id}/retry`, { method: 'POST' });
  await finished(job);
  for (const action of ['retry', 'discard', 'cancel']) {
    const { status, text } = await sendForm(api, `/admin/jobs/${job.id}/${action}`, { token });
    expect({ action, status }).toEqual({ action, status: 409 });
    expect(text).toContain('<h1>');
  }
});

test('a payload can be corrected before the job is redriven', async () => {
  const job = await failed({ permanent: true, failures: 9, message: 'nine are too many' });
  const form = await pageOf(job, '/redrive');
  expect(form.text).toContain('&quot;failures&quot;: 9');
  const payload = JSON.stringify({ failures: 0, message: 'none' });
  const token = tokenOn(form);
  const { status } = await sendForm(api, `/admin/jobs/${job.id}/redrive`, { token, payload });
  expect(status).toBe(303);
  expect(await finished(job)).toMatchObject({ status: 'succeeded', payload: JSON.parse(payload) });
});

test.each([
  ['{"failures": 1,', 'not well-formed JSON'],
  ['{"failures": "<b>many"}', '/failures'],
  ['{"failures": 1, "fail\\"ures": 2}', 'unknown field'],
])('the payload %s is refused where it stands, and stays in the form', async (payload, why) => {
  const job = await failed({ permanent: true });
  const { status, text } = await act(job, 'redrive', { payload });
  expect(status).toBe(422);
  expect(text).toContain(why);
  expect(text).toContain('aria-invalid="true" aria-describedby="payload-faults"');
  const entered = /<textarea[^>]*>\n([^<]*)<\/textarea>/.exec(text)?.[1] ?? '';
  expect(entered.replaceAll('&quot;', '"').replaceAll('&lt;', '<')).toBe(
    payload.replaceAll('>', '&gt;'),
  );
  expect(await finished(job)).toMatchObject({ status: 'failed', payload: job.payload });
});

test('a discarded job is gone', async () => {
  const job = await failed({ permanent: true });
  const answer = await act(job, 'discard');
  expect(answer.headers.get('location')).toBe('/admin/dead-letters');
  expect((await api.ask(`/jobs/${job.id}`)).status).toBe(404);
});

test('a step links to its workflow, and a result to its artifacts', async () => {
  const workflow = await accepted(api, { chain: [{ type: 'demo.echo', payload: { value: 1 } }] });
  await ended(api, workflow);
  const step = { id: workflow.steps['step-1']?.job ?? '' };
  expect((await pageOf(step)).text).toContain(`href="/admin/workflows/${workflow.id}"`);

  const artifact = { job: step.id, name: 'a.html', size: 8, mediaType: 'text/html', url: '/x' };
  await api.artifacts.put({ job: step.id, name: 'a.html' }, Buffer.from('<script>'));
  const job = await finished(await submit('demo.echo', { value: { deep: [artifact] } }));
  const path = `/admin/jobs/${step.id}/artifacts/a.html`;
  expect((await pageOf(job)).text).toContain(`href="${path}"`);
  const file = await visit(api, path);
  expect(file.text).toBe('<script>');
  expect(file.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  expect((await visit(api, `${path}x`)).status).toBe(404);
  expect((await visit(api, '/admin/jobs/..%2F/artifacts/a.html')).status).toBe(404);
});

test('log lines are shown, the latest first asked for', async () => {
  const job = await finished(await submit('demo.sleep', { ms: 5, steps: 3 }));
  const { text } = await pageOf(job);
  expect(text).toMatch(/info step 3 of 3\s*<\/span>[\s\S]*info step 1 of 3/);
  expect((await pageOf(job, '?logs=some')).status).toBe(400);
});

test.each([
  'demo.0.01jzzzzzzzzzzzzzzzzzzzzzzz',
  'nonsense',
  '%3Cscript%3E',
  'settle.0.01jzzzzzzzzzzzzzzzzzzzzzzz',
])('the job %s is not there, and its page says so', async (id) => {
  for (const path of [`/admin/jobs/${id}`, `/admin/jobs/${id}/redrive`]) {
    const { status, text } = await visit(api, path);
    expect(status).toBe(404);
    expect(text).not.toContain('<script>');
  }
});

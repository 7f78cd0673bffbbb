import type { JobResource } from '@drover/jobs/contract/job-resource';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { visit } from './admin-visit.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';
import { accepted, ended } from './workflow-fixtures.ts';

/** Texts that would do harm if any of them were taken for HTML. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</textarea><script>alert(2)</script>',
  '</title></pre></svg><svg/onload=alert(3)>',
  '<!--',
  'a\u202egpj.exe\u0000',
];

let api: RunningApi;
let worker: AsyncDisposable;
let dead: JobResource;
let done: JobResource;
let workflow: string;

beforeAll(async () => {
  api = await startApi();
  worker = await startWorkerOf(api);
  const text = hostile.join(' ');
  const submit = async (type: string, payload: unknown) => {
    const options = { attempts: 1, tags: ['"><script>alert(4)</script>'] };
    const { body } = await api.submit({ type, payload, options });
    return (await api.ask(`/jobs/${body.id}`, { headers: { prefer: 'wait=20' } })).body;
  };
  dead = await submit('demo.fail', { failures: 1, permanent: true, message: text });
  done = await submit('demo.echo', { value: { [text]: hostile } });
  const failing = { type: 'demo.fail', payload: { failures: 1, permanent: true, message: text } };
  const made = await accepted(api, { chain: [failing], tags: ['<script>alert(5)</script>'] });
  await ended(api, made);
  workflow = made.id;
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

/**
 * What of a page could run, as no template of ours has it: values of attributes, in which all quotes
 * are written as entities, are left out of sight.
 */
const planted = (text: string): string | undefined =>
  /<script(?! type="" src="")[^>]*>|<img src=x|<svg\/|<[^<>]*\son\w+=|<!--/.exec(
    text.replace(/"[^"]*"/g, '""'),
  )?.[0];

/** Characters that a page must never hold as they are. */
const deceptive = ['\u202e', '\u0000'];

test.each([
  ['a failed job', () => `/admin/jobs/${dead.id}`],
  ['its payload, to be changed', () => `/admin/jobs/${dead.id}/redrive`],
  ['a job with a result', () => `/admin/jobs/${done.id}`],
  ['dead letters', () => '/admin/dead-letters'],
  ['the dry run of a redrive', () => '/admin/dead-letters/redrive'],
  ['workflows', () => '/admin/workflows'],
  ['a workflow', () => `/admin/workflows/${workflow}`],
])('%s: what clients wrote stays text', async (_what, path) => {
  const { status, text, headers } = await visit(api, path());
  expect(status).toBe(200);
  expect(text).toContain('&lt;script&gt;');
  expect(planted(text)).toBeUndefined();
  for (const character of deceptive) expect(text).not.toContain(character);
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
});

test.each(hostile)('what was searched for stays text: %j', async (text) => {
  const value = encodeURIComponent(text.replace('\u0000', ''));
  for (const path of [
    `/admin/jobs?text=${value}&type=${value}`,
    `/admin/dead-letters?code=${value}&tenant=${value}`,
    `/admin/dead-letters/redrive?type=${value}`,
    `/admin/workflows?tenant=${value}`,
    `/admin/schedules/${value}/${value}`,
    `/admin/workflows/${value}`,
    `/admin/jobs/${value}`,
  ]) {
    const answer = await visit(api, path);
    expect(answer.status).toBeLessThan(504);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(planted(answer.text)).toBeUndefined();
  }
});

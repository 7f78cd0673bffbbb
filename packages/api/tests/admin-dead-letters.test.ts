import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendForm, tokenOn, visit } from './admin-visit.ts';
import { enterAll, plantFailed } from './dead-letters-fixtures.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

let api: RunningApi;
const page = (query = '') => visit(api, `/admin/dead-letters${query}`);

const links = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, path]) => (path ?? '').replaceAll('&amp;', '&'));

const groupLinks = (text: string) =>
  links(text, /href="(\/admin\/dead-letters\?[^"]*group=[^"]*)"/g);

const hiddenFields = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

/** The fields of the form that a dry run shows. */
const dryRun = async (action: string, query = '') => {
  const answer = await page(`/${action}${query}`);
  return { answer, fields: hiddenFields(answer.text) };
};

const send = (action: string, fields: Record<string, string>) =>
  sendForm(api, `/admin/dead-letters/${action}`, fields);

let ids: string[];
beforeEach(async () => {
  api = await startApi();
  ids = await plantFailed(api, 7, (n) => ({
    tenant: n < 4 ? 'acme' : 'other',
    code: n % 2 === 0 ? 'smtp-refused' : 'error',
    message: `order ${n} is lost`,
  }));
  await enterAll(api, ids);
});
afterEach(() => api[Symbol.asyncDispose]());

test('dead letters of all tenants are grouped by their cause, the largest first', async () => {
  const { status, text } = await page();
  expect(status).toBe(200);
  expect(text).toContain('7 dead letters, 2 causes');
  expect(text).toContain('order # is lost');
  expect(text.indexOf('smtp-refused')).toBeLessThan(text.indexOf('<code>error</code>'));
  expect((await page('?tenant=other&code=error')).text).toContain('1 dead letter, 1 cause');
  expect((await page('?since=1h')).text).toContain('7 dead letters');
  expect((await page('?until=2001-01-01T00:00')).text).toContain('No job has failed for good.');
});

test('a group shows its letters, page by page', async () => {
  const many = await plantFailed(api, 60, () => ({ code: 'flood' }));
  await enterAll(api, many);
  const [group = ''] = groupLinks((await page('?code=flood')).text);
  const first = await visit(api, group);
  const shown = (text: string) => links(text, /class="mono" href="\/admin\/jobs\/([^"]+)"/g);
  const [next = ''] = links(first.text, /href="([^"]*cursor=[^"]*)"/g);
  const second = await visit(api, next);
  expect([...shown(first.text), ...shown(second.text)]).toEqual(many.toReversed());
  expect((await visit(api, `${next.slice(0, -2)}zz`)).status).toBe(400);
});

test('a dry run counts, shows some and changes nothing', async () => {
  const { answer, fields } = await dryRun('redrive', '?code=smtp-refused');
  expect(answer.text).toContain('<strong>4 jobs</strong>');
  expect(answer.text).toContain(`href="/admin/jobs/${ids[0]}"`);
  expect(fields).toMatchObject({ code: 'smtp-refused', until: expect.stringMatching(/Z$/) });
  expect((await page()).text).toContain('7 dead letters');
});

test('what was counted is redriven, by a job that can be followed', async () => {
  const { fields } = await dryRun('redrive', '?code=smtp-refused');
  const later = await plantFailed(api, 1, () => ({
    code: 'smtp-refused',
    at: Date.now() + 60_000,
  }));
  await enterAll(api, later);
  const answer = await send('redrive', { ...fields, rate: '1000' });
  expect(answer.status).toBe(303);
  const job = (answer.headers.get('location') ?? '').replace('/admin/jobs/', '');
  expect((await visit(api, `/admin/jobs/${job}`)).text).toContain('<h1>dead-letters.redrive</h1>');
  await using _worker = await startWorkerOf(api);
  const ended = await api.ask(`/jobs/${job}`, { key: 'dev', headers: { prefer: 'wait=20' } });
  expect(ended.body.result).toEqual({ matched: 4, redriven: 4, skipped: 0 });
  const left = await api.ask('/dead-letters?code=smtp-refused', { key: 'dev' });
  expect(left.body.items.map(({ id }: { id: string }) => id)).toEqual(later);
});

test('a rate that is none is refused', async () => {
  const { fields } = await dryRun('redrive');
  for (const rate of ['0', '1001', 'fast', '1.5', '']) {
    const { status } = await send('redrive', { ...fields, rate });
    expect({ rate, status }).toEqual({ rate, status: 422 });
  }
});

test('a write that no dry run has led to is refused', async () => {
  const token = tokenOn((await dryRun('redrive')).answer);
  expect((await send('redrive', { token, rate: '10' })).status).toBe(422);
  expect((await send('discard', { token })).status).toBe(422);
  expect((await send('discard', { until: new Date().toISOString() })).status).toBe(403);
});

test('what was counted is discarded, with its jobs', async () => {
  const { fields } = await dryRun('discard', '?tenant=acme');
  expect((await send('discard', fields)).status).toBe(303);
  expect((await page()).text).toContain('3 dead letters');
  expect((await api.ask(`/jobs/${ids[0]}`)).status).toBe(404);
});

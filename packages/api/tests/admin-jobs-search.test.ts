import { toRow } from '@drover/jobs/history/row';
import { writeRows } from '@drover/jobs/history/write';
import { withClient } from '@drover/shared/database/client';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, sendForm, visit } from './admin-visit.ts';
import { plantFailed } from './dead-letters-fixtures.ts';
import { startWorkerOf } from './running-worker.ts';
import { type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';

let tested: ScheduleApi;
let failed: readonly string[];
let waiting: readonly string[];

/** Writes jobs into the history as they are now, as the recorder does. */
const record = async (ids: readonly string[]): Promise<void> => {
  const { queues } = tested.api;
  const rows = await Promise.all(
    ids.map(async (id) => {
      const address = parseJobId(id) as JobAddress;
      const job = await queues.read(address);
      return (
        job && toRow(address, job, Date.now() * 1_000, queues.keys.partition(address.partition))
      );
    }),
  );
  await withClient({ url: tested.database.url, name: 'test' }, (client) =>
    writeRows(
      client,
      rows.filter((row) => row !== undefined),
    ),
  );
};

const submitted = async (value: unknown, options = {}): Promise<string> =>
  (await tested.api.submit({ type: 'demo.echo', payload: { value }, options })).body.id;

beforeAll(async () => {
  tested = await startScheduleApi();
  failed = await plantFailed(tested.api, 4, (n) => ({
    tenant: n < 3 ? 'acme' : 'other',
    code: n === 0 ? 'smtp-refused' : 'error',
    message: `the ${n === 0 ? 'mailbox' : 'printer'} number ${n} burns`,
  }));
  const delayed = { delay: '1h', tags: ['nightly', 'eu'] };
  waiting = [await submitted('zebra', delayed), await submitted('giraffe', { delay: '1h' })];
  await record([...failed, ...waiting]);
});
afterAll(() => tested[Symbol.asyncDispose]());

const search = (query: string) => visit(tested.api, `/admin/jobs${query}`);

const idsIn = (text: string): string[] =>
  [...text.matchAll(/<div class="mono dim id">([^<]+)<\/div>/g)].map(([, id]) => id ?? '');

const found = async (query: string): Promise<Set<string>> =>
  new Set(idsIn((await search(query)).text));

test.each([
  ['', () => [...failed, ...waiting]],
  ['?text=printer', () => failed.slice(1)],
  ['?text=PRINTER+-%22number+3%22', () => failed.slice(1, 3)],
  ['?text=zebra&status=&type=', () => waiting.slice(0, 1)],
  ['?status=failed&status=scheduled', () => [...failed, ...waiting]],
  ['?status=scheduled&type=demo.echo', () => waiting],
  ['?code=smtp-refused', () => failed.slice(0, 1)],
  ['?tenant=other', () => failed.slice(3)],
  ['?tag=eu,nightly', () => waiting.slice(0, 1)],
  ['?queue=mail', () => []],
  ['?since=1h&until=2100-01-01T00:00', () => [...failed, ...waiting]],
  ['?until=24h', () => []],
])('the address %s says which jobs', async (query, expected) => {
  expect(await found(query)).toEqual(new Set(expected()));
});

test('the form shows what was searched for, and where lists go on', async () => {
  const many = await plantFailed(tested.api, 60, () => ({ tenant: 'crowd', code: 'flood' }));
  await record(many);
  const first = await search('?tenant=crowd&status=failed&since=24h');
  expect(first.text).toMatch(/name="status" value="failed" checked/);
  expect(first.text).toMatch(/name="tenant" value="crowd"/);
  const [, next = ''] = /href="\/admin\/jobs(\?[^"]*cursor=[^"]*)"/.exec(first.text) ?? [];
  const second = await search(next.replaceAll('&amp;', '&'));
  const ids = [...idsIn(first.text), ...idsIn(second.text)];
  expect(ids).toHaveLength(60);
  expect(new Set(ids)).toEqual(new Set(many));
});

test('statuses are those of now, not those that were recorded', async () => {
  const id = await submitted('okapi', { delay: '1h' });
  await record([id]);
  await tested.send('DELETE', `/jobs/${id}`);
  expect((await search('?text=okapi')).text).toContain('status-canceled');
  expect(await found('?text=okapi&status=scheduled')).toEqual(new Set());
});

test('an id leads to the job, recorded or not', async () => {
  const id = await submitted('never recorded', { delay: '1h' });
  const { text } = await search(`?text=%20${id}`);
  expect(text).toContain('<h1>demo.echo</h1>');
  expect(text).toContain('never recorded');
});

test('a job that its queue has forgotten is shown as it was recorded', async () => {
  const [id = ''] = await plantFailed(tested.api, 1, () => ({ message: 'long ago' }));
  await record([id]);
  await tested.api.queues.get('demo', 0).remove(id);
  const { status, text } = await visit(tested.api, `/admin/jobs/${id}`);
  expect(status).toBe(200);
  expect(text).toContain('The queue has forgotten this job');
  expect(text).toContain('long ago');
  expect(text).not.toContain(`/admin/jobs/${id}/retry`);
});

const fieldsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );

test('all that was found is retried after a dry run, by a job', async () => {
  const ids = await plantFailed(tested.api, 3, () => ({ tenant: 'bulk', code: 'lost' }));
  await record(ids);
  const preview = await search('/all/retry?tenant=bulk');
  expect(preview.text).toContain('<strong>3 jobs</strong>');
  expect((await found('?tenant=bulk&status=failed')).size).toBe(3);
  const answer = await sendForm(tested.api, '/admin/jobs/all/retry', {
    ...fieldsOf(preview.text),
    rate: '1000',
  });
  expect(answer.status).toBe(303);
  const job = (answer.headers.get('location') ?? '').replace('/admin/jobs/', '');
  await using _worker = await startWorkerOf(tested.api);
  const done = await tested.api.ask(`/jobs/${job}`, { key: 'dev', headers: { prefer: 'wait=20' } });
  expect(done.body).toMatchObject({ status: 'succeeded', result: { matched: 3, retried: 3 } });
});

test('a bulk change needs a rate, and a form of ours', async () => {
  const preview = await search('/all/cancel?text=giraffe');
  const fields = fieldsOf(preview.text);
  for (const rate of ['', '0', 'x', '1001']) {
    const { status } = await sendForm(tested.api, '/admin/jobs/all/cancel', { ...fields, rate });
    expect({ rate, status }).toEqual({ rate, status: 422 });
  }
  const { token: _token, ...bare } = fields;
  const { status } = await sendForm(tested.api, '/admin/jobs/all/cancel', { ...bare, rate: '5' });
  expect(status).toBe(403);
});

test('what was found is exported, a line a job', async () => {
  const path = '/admin/jobs/export?text=printer';
  const answer = await fetch(tested.api.url + path, { headers: basic() });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  const lines = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(new Set(lines.map(({ id }) => id))).toEqual(new Set(failed.slice(1)));
});

test.each([
  ['?status=lost', 'status'],
  ['?since=yesterday', 'since'],
  ['?since=2026-01-02T00:00&until=2026-01-01T00:00', 'until'],
  ['?cursor=nonsense', 'cursor'],
  ['?text=long', 'text'],
  ['?colour=red', 'colour'],
  ['/export?status=lost', 'status'],
  ['/all/retry?since=never', 'since'],
])('%j is refused, and what is wrong is named', async (query, name) => {
  const { status, text } = await search(query.replace('long', 'x'.repeat(10_000)));
  expect(status).toBe(400);
  expect(text).toContain(name);
});

test.each(["'; drop table drover.jobs; --", '((((', '!& | <->', '%_\\', "' or 1=1", '"unclosed'])(
  'the text %s is only searched for',
  async (text) => {
    expect((await search(`?text=${encodeURIComponent(text)}`)).status).toBe(200);
    expect((await found('?text=zebra')).size).toBe(1);
  },
);

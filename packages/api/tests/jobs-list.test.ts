import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HistoryApi, startHistoryApi } from './history-fixtures.ts';
import { keys } from './running-api.ts';

const day = 86_400_000;
const start = Date.now() - 2.5 * day;

let history: HistoryApi;
const ids: Record<string, string> = {};

/** One job a name, each a minute after the one before. */
const jobs = {
  plain: {},
  failed: { status: 'failed', errorCode: 'timeout', errorMessage: 'the mill stood still' },
  canceled: { status: 'canceled', errorCode: 'canceled', errorMessage: 'canceled' },
  mail: { queue: 'mail', type: 'email.send', payload: { subject: 'Sails & rigging for Ada' } },
  tagged: { tags: ['red', 'a b/c&d'] },
  alsoTagged: { tags: ['red'], status: 'failed', errorCode: 'no-wind' },
  step: { workflow: 'wf.0.1', step: 'one' },
  run: { schedule: 'nightly' },
  theirs: { tenant: 'other', tags: ['red'], payload: { subject: 'rigging' } },
} as const;

beforeAll(async () => {
  history = await startHistoryApi();
  const names = Object.keys(jobs) as (keyof typeof jobs)[];
  const planted = await history.plant(
    names.map((name, n) => ({ ...jobs[name], at: start + n * 60_000 })),
  );
  for (const [n, name] of names.entries()) ids[name] = planted[n] ?? '';
});
afterAll(() => history[Symbol.asyncDispose]());

const named = async (query: string | Record<string, string>, key?: string) => {
  const found = await history.ids(query, key);
  return found.map((id) => Object.keys(ids).find((name) => ids[name] === id));
};

test('all jobs of the tenant, the newest first', async () => {
  const all = ['run', 'step', 'alsoTagged', 'tagged', 'mail', 'canceled', 'failed', 'plain'];
  expect(await named('')).toEqual(all);
  expect(await named('', keys.other)).toEqual(['theirs']);
});

test.each([
  ['status=failed', ['alsoTagged', 'failed']],
  ['status=failed,canceled', ['alsoTagged', 'canceled', 'failed']],
  ['status=failed&status=canceled', ['alsoTagged', 'canceled', 'failed']],
  ['status=queued', []],
  ['type=email.send', ['mail']],
  ['type=email.send,no.such', ['mail']],
  ['queue=mail', ['mail']],
  ['tag=red', ['alsoTagged', 'tagged']],
  ['tag=red&tag=a%20b/c%26d', ['tagged']],
  ['tag=Red', []],
  ['workflow=wf.0.1', ['step']],
  ['schedule=nightly', ['run']],
  ['code=timeout,no-wind', ['alsoTagged', 'failed']],
  ['code=timeout&status=failed&type=demo.echo&queue=demo', ['failed']],
  ['code=timeout&status=succeeded', []],
  ['text=rigging', ['mail']],
  ['text=RIGGING%20sails', ['mail']],
  ['text=%22sails%20rigging%22', ['mail']],
  ['text=%22rigging%20sails%22', []],
  ['text=mill%20or%20rigging', ['mail', 'failed']],
  ['text=red%20-wind', ['tagged']],
  ['text=email.send', ['mail']],
  ['text=mill&status=failed', ['failed']],
])('%s finds %j', async (query, expected) => {
  expect(await named(query)).toEqual(expected);
});

test('a time has a beginning that counts and an end that does not', async () => {
  const at = (n: number) => new Date(start + n * 60_000).toISOString();
  expect(await named({ since: at(1), until: at(3) })).toEqual(['canceled', 'failed']);
  expect(await named({ until: at(1) })).toEqual(['plain']);
  expect(await named({ since: at(1), until: at(3), status: 'failed' })).toEqual(['failed']);
  expect(await named({ until: '1970-01-01T00:00:00Z' })).toEqual([]);
  expect(await named({ since: '0000-01-01T00:00:00+14:00', until: at(1) })).toEqual(['plain']);
});

test('a job is found by its id, and nobody else finds it', async () => {
  const text = ` ${ids['theirs']?.toUpperCase()} `;
  expect(await named({ text }, keys.other)).toEqual(['theirs']);
  expect(await named({ text })).toEqual([]);
  expect(await named({ text, status: 'failed' }, keys.other)).toEqual([]);
  expect(await named({ text, status: 'queued' }, keys.other)).toEqual([]);
});

test('an item has all but what may be large', async () => {
  const [item] = (await history.list('code=timeout')).body.items;
  expect(item).toEqual({
    id: ids['failed'],
    type: 'demo.echo',
    queue: 'demo',
    tenant: 'acme',
    status: 'failed',
    priority: 5,
    progress: null,
    attempts: { made: 1, max: 3 },
    error: { code: 'timeout', message: 'the mill stood still' },
    tags: [],
    createdAt: new Date(start + 60_000).toISOString(),
    runAt: new Date(start + 60_000).toISOString(),
    startedAt: new Date(start + 60_000).toISOString(),
    finishedAt: new Date(start + 60_000).toISOString(),
    links: {
      self: `/jobs/${ids['failed']}`,
      events: `/jobs/${ids['failed']}/events`,
      logs: `/jobs/${ids['failed']}/logs`,
    },
  });
});

test('a job that the queue has forgotten is read from the history, by its tenant', async () => {
  const path = `/jobs/${ids['mail']}`;
  expect(await history.api.ask(path)).toMatchObject({ status: 200, body: { id: ids['mail'] } });
  expect((await history.api.ask(path, { key: keys.other })).status).toBe(404);
  expect((await history.api.ask(`/jobs/${ids['theirs']}`)).status).toBe(404);
});

import { writeKnownEnd } from '@drover/jobs/history/ended';
import type { HistoryFilter } from '@drover/jobs/history/filter';
import { readHistoryPage } from '@drover/jobs/history/page';
import { createPool } from '@drover/shared/database/pool';
import { parseJobId } from '@drover/shared/job-id';
import { silentLog } from '@drover/shared/log';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HistoryApi, type Planted, startHistoryApi } from './history-fixtures.ts';

const dayMs = 86_400_000;
const now = Date.now();

/** Days that have a partition, and one that has none. */
const days = [0, 1, 2, 5];

const types = [
  ['demo.echo', 'demo'],
  ['http.request', 'http'],
  ['email.send', 'mail'],
] as const;

const endOf = (n: number): Partial<Planted> => {
  if (n % 11 === 0) return { status: 'failed', errorCode: n % 2 === 0 ? 'timeout' : 'refused' };
  if (n % 13 === 0) return { status: 'canceled', errorCode: 'canceled' };
  return n % 17 === 0 ? { status: 'queued', finishedAt: null } : { status: 'succeeded' };
};

/** The values of each depend on its number only, and some of them never meet. */
const jobs: readonly Planted[] = Array.from({ length: 1_600 }, (_, n) => {
  const [type, queue] = types[n % 3] ?? types[0];
  const day = days[n % days.length] ?? 0;
  return {
    at: now - day * dayMs - Math.floor(n / days.length) * 1_000,
    tenant: n % 5 === 0 ? 'globex' : 'acme',
    ...{ type, queue },
    ...endOf(n),
    tags: n % 7 === 0 ? ['nightly'] : [],
    payload: { words: n % 2 === 0 ? 'even' : 'odd' },
  };
});

let history: HistoryApi;
let pool: Pool;
let ids: string[];
beforeAll(async () => {
  history = await startHistoryApi();
  pool = createPool({ url: history.database.url, max: 2, name: 'test', log: silentLog() });
  ids = await history.plant(jobs);
});
afterAll(async () => {
  await pool.end();
  await history[Symbol.asyncDispose]();
});

const found = async (filter: HistoryFilter): Promise<string[]> => {
  const pages: string[] = [];
  let after: Awaited<ReturnType<typeof readHistoryPage>>['next'];
  do {
    const page = await readHistoryPage(pool, filter, { limit: 30, after });
    pages.push(...page.jobs.map(({ id }) => id));
    after = page.next;
  } while (after);
  return pages;
};

const fits = (filter: HistoryFilter) => (job: Planted) => {
  const one = (value: string | null | undefined, values: readonly string[] | undefined) =>
    values === undefined || values.includes(value ?? '');
  return (
    (filter.tenant === null || job.tenant === filter.tenant) &&
    one(job.type, filter.type) &&
    one(job.queue, filter.queue) &&
    one(job.status, filter.status) &&
    one(job.errorCode, filter.code) &&
    (filter.tags ?? []).every((tag) => job.tags?.includes(tag)) &&
    (filter.text === undefined || JSON.stringify(job.payload).includes(filter.text))
  );
};

describe.each<HistoryFilter>([
  { tenant: 'acme', type: ['http.request'], status: ['failed'] },
  { tenant: 'acme', type: ['http.request'], code: ['timeout'] },
  { tenant: 'acme', type: ['http.request', 'email.send'], queue: ['mail'] },
  { tenant: 'acme', type: ['demo.echo'], queue: ['http'] },
  { tenant: 'acme', status: ['canceled'], code: ['timeout'] },
  { tenant: 'acme', status: ['failed'], tags: ['nightly'] },
  { tenant: 'acme', status: ['failed', 'canceled'], text: 'odd' },
  { tenant: 'acme', type: ['email.send'], tags: ['nightly'], text: 'even' },
  { tenant: 'globex', queue: ['demo'], status: ['failed', 'queued'] },
  { tenant: 'nobody', status: ['failed'], text: 'odd' },
  { tenant: null, status: ['failed'], code: ['refused'], type: ['demo.echo'] },
  { tenant: null, tags: ['nightly'], text: 'odd' },
])('%j', (filter) => {
  test('finds each job that fits once, on whatever day it was, and no other', async () => {
    const expected = ids.filter((_, n) => fits(filter)(jobs[n] ?? {}));
    expect((await found(filter)).toSorted()).toEqual(expected.toSorted());
  });
});

test('a job that ends otherwise is found by its new end, and by its old one no more', async () => {
  const at = now - 2 * dayMs - 600_000;
  const kind = { at, tenant: 'acme', type: 'email.send', queue: 'mail' };
  const [failed] = await history.plant([
    { ...kind, status: 'failed', errorCode: 'rare', attemptsMade: 1 },
  ]);
  const byCode = { tenant: 'acme', type: ['email.send'], code: ['rare'] };
  expect(await found(byCode)).toEqual([failed]);
  await history.database.query(
    `update drover.jobs set status = 'succeeded', error_code = null, words = array_to_tsvector(array[
       drover.job_kind(tenant, type, queue, 'succeeded', null), 't=acme', 'y=email.send', 's=succeeded'])
     where id = $1`,
    [failed],
  );
  expect(await found(byCode)).toEqual([]);
  const ended = await found({ tenant: 'acme', type: ['email.send'], status: ['succeeded'] });
  expect(ended).toContain(failed);
});

/** Not among the first that a search looks at along the list. */
const at = now - 2 * dayMs - 600_000;

const lose = (ids: readonly string[]) =>
  history.database.query(
    `update drover.jobs set words = array_to_tsvector(
       array(select word from unnest(tsvector_to_array(words)) word where not starts_with(word, 'k=')))
     where id = any($1)`,
    [ids],
  );

test('jobs whose rows lack the word of their kind are found', async () => {
  const kind = { at, type: 'email.send', queue: 'mail', status: 'failed', errorCode: 'unworded' };
  const ids = await history.plant([kind, { ...kind, tenant: 'globex' }, kind]);
  const filters: HistoryFilter[] = ['acme', null].map((tenant) => ({
    ...{ tenant, type: ['email.send'], status: ['failed'], code: ['unworded'] },
  }));
  const [own, all] = [[ids[0], ids[2]].toSorted(), ids.toSorted()];
  // As a version writes them that knows of no kinds: one of them, then each.
  for (const some of [ids.slice(0, 1), ids]) {
    await lose(some);
    const pages = await Promise.all(filters.map(found));
    expect(pages.map((page) => page.toSorted())).toEqual([own, all]);
  }
  await history.database.query('select drover.note_all_job_kinds()');
  const pages = await Promise.all(filters.map(found));
  expect(pages.map((page) => page.toSorted())).toEqual([own, all]);
});

test('a job whose end is only told of is found by it, and has the word of its kind', async () => {
  const kind = { at, type: 'report.generate', queue: 'data', tenant: 'acme' };
  const resource = JSON.stringify({ ...kind, attempts: { made: 1 }, error: null });
  const [id = ''] = await history.plant([
    { ...kind, status: 'running', finishedAt: null, tags: ['late'], resource },
  ]);
  const address = parseJobId(id);
  if (!address) throw new Error('no id');
  const end = { address, status: 'failed', at: at + 1_000, value: 'The tape tore' } as const;
  expect(await writeKnownEnd(pool, end)).toBe(true);
  const byEnd = { tenant: 'acme', type: ['report.generate'], status: ['failed'] };
  expect(await found({ ...byEnd, code: ['failed'], tags: ['late'] })).toEqual([id]);
  expect(await found({ ...byEnd, text: 'tape' })).toEqual([id]);
  const kinds = await history.database.query(
    "select ending, term <> '' as worded from drover.job_kinds where type = $1 order by ending",
    [kind.type],
  );
  expect(kinds).toEqual([
    { ending: '', worded: true },
    { ending: 'failed', worded: true },
  ]);
});

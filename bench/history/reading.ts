import { readStats } from '../../packages/jobs/src/stats/read-stats.ts';
import { createPool } from '../../packages/shared/src/database/pool.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { startRole } from '../drover.ts';
import { median, percentile } from '../percentiles.ts';
import { type Resources, say } from '../run-bench.ts';
import { ownerEnv, ownerHeaders, type Seeded } from './seeded.ts';

/** Items of a page; how often a first page is read, and the page that is deep. */
export const plan = { limit: 20, reads: 30, deepPage: 1_000 } as const;

const day = 86_400_000;
const at = (daysAgo: number) => new Date(Date.now() - daysAgo * day).toISOString();

/** What is looked for: what many, some, few and no jobs have, and several of these together. */
const filters = (): readonly Readonly<Record<string, string>>[] => [
  {},
  { status: 'succeeded' },
  { status: 'failed' },
  { status: 'expired' },
  { status: 'canceled,expired' },
  { status: 'scheduled' },
  { type: 'demo.echo' },
  { type: 'image.optimize' },
  { queue: 'http' },
  { tag: 'nightly' },
  { tag: 'customer-5' },
  { tag: 'release-42' },
  { tag: 'no-such-tag' },
  { since: at(12), until: at(11) },
  { until: at(29) },
  { workflow: 'wf.0.20' },
  { schedule: 'schedule-3' },
  { code: 'timeout' },
  { code: 'disk-full' },
  { text: 'order' },
  { text: 'urgent' },
  { text: 'depot7' },
  { text: 'item2500' },
  { text: 'zanzibar' },
  { text: 'nosuchword' },
  { text: 'urgent depot7' },
  { text: '"said no" -urgent' },
  { status: 'failed', type: 'http.request' },
  { status: 'failed', code: 'disk-full' },
  { status: 'failed', text: 'urgent' },
  { status: 'expired', type: 'image.optimize', tag: 'nightly' },
  { type: 'report.generate', text: 'zanzibar' },
  { tag: 'nightly', text: 'depot7', since: at(20) },
  // Each is common, and no job has both.
  { type: 'demo.echo', queue: 'http' },
  { type: 'http.request,email.send', queue: 'demo,media', status: 'succeeded' },
  { status: 'succeeded', code: 'timeout' },
  { status: 'canceled', code: 'http-500' },
  { type: 'demo.echo', text: 'route700' },
];

/**
 * The same where one of the two is a word of a text that every tenth job has, or more: no index knows of
 * pairs of words, so all that have the rarer one are looked at. Nothing is promised of these.
 */
const inVain = (): readonly Readonly<Record<string, string>>[] => [
  { status: 'succeeded', text: 'said no' },
  { type: 'demo.echo', text: 'email.send' },
];

/** Times of one filter's pages, in milliseconds. */
export interface FilterTimes {
  readonly filter: string;
  /** Of the first page, and of the first one ever, when nothing of it was in memory. */
  readonly p50: number;
  readonly p95: number;
  readonly first: number;
  /** Of the deep page, where there are so many. */
  readonly deepP50: number | null;
  /** Whether it is one of those that something is promised of. */
  readonly isPromised: boolean;
}

interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

type Read = (
  query: Readonly<Record<string, string | number>>,
) => Promise<{ page: Page; ms: number }>;

const reader =
  (url: string): Read =>
  async (query) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const startedAt = performance.now();
    const answer = await fetch(`${url}/jobs?${search}`, { headers: ownerHeaders });
    const page = (await answer.json()) as Page;
    const ms = performance.now() - startedAt;
    if (answer.status !== 200) throw new Error(`${search}: ${JSON.stringify(page)}`);
    return { page, ms };
  };

/** Reads a page again and again. */
const times = async (count: number, read: () => Promise<{ ms: number }>): Promise<number[]> => {
  const found: number[] = [];
  while (found.length < count) found.push((await read()).ms);
  return found;
};

/** The cursor after which the deep page comes; undefined where there are not so many. */
const walk = async (
  read: Read,
  filter: Readonly<Record<string, string>>,
): Promise<string | undefined> => {
  const most = 100;
  let cursor: string | undefined;
  for (let left = plan.limit * (plan.deepPage - 1); left > 0; left -= most) {
    const limit = Math.min(most, left);
    const { page } = await read({ ...filter, limit, ...(cursor && { cursor }) });
    if (page.nextCursor === null) return undefined;
    cursor = page.nextCursor;
  }
  return cursor;
};

const measureFilter = async (
  read: Read,
  filter: Readonly<Record<string, string>>,
): Promise<Omit<FilterTimes, 'isPromised'>> => {
  const first = () => read({ ...filter, limit: plan.limit });
  const { ms, page } = await first();
  const cursor = page.nextCursor === null ? undefined : await walk(read, filter);
  const firsts = await times(plan.reads, first);
  const deep =
    cursor === undefined
      ? null
      : await times(plan.reads, () => read({ ...filter, limit: plan.limit, cursor }));
  const name = Object.entries(filter).map((it) => it.join('='));
  return {
    filter: name.join(' ') || 'none',
    p50: median(firsts),
    p95: percentile(firsts, 0.95),
    first: ms,
    deepP50: deep && median(deep),
  };
};

/** Lists of a tenant's jobs, over HTTP: the first page of each filter, and the thousandth. */
export const measureFilters = async (
  resources: Resources,
  { servers }: Seeded,
): Promise<readonly FilterTimes[]> => {
  say('listing…');
  const { url } = await startRole('api', resources, servers, { env: ownerEnv });
  const read = reader(url);
  await times(plan.reads, () => read({ limit: plan.limit }));
  const measured: FilterTimes[] = [];
  const promised = filters();
  for (const filter of [...promised, ...inVain()]) {
    const isPromised = promised.includes(filter);
    measured.push({ ...(await measureFilter(read, filter)), isPromised });
    const { filter: name, p95, first } = measured.at(-1) as FilterTimes;
    if (p95 > 50 || first > 200)
      say(`  ${name}: p95 ${p95.toFixed(0)}, first ${first.toFixed(0)} ms`);
  }
  return measured;
};

/** Times in milliseconds: of the statistics that the overview shows, and of the page as a whole. */
export interface OverviewTimes {
  readonly what: string;
  readonly p50: number;
  readonly p95: number;
}

/** What the overview page needs, without the cache: all tenants together. */
export const measureOverview = async (
  resources: Resources,
  { servers }: Seeded,
): Promise<readonly OverviewTimes[]> => {
  say('reading the overview…');
  const log = silentLog();
  const db = createPool({ url: servers.databaseUrl, max: 4, name: 'bench', log });
  resources.defer(() => db.end());
  const { url } = await startRole('api', resources, servers, { env: ownerEnv });
  const credentials = Buffer.from(`bench:${ownerHeaders.authorization.slice(7)}`).toString(
    'base64',
  );
  const page = (range: string) => async () => {
    const headers = { authorization: `Basic ${credentials}` };
    const answer = await fetch(`${url}/admin?range=${range}`, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`/admin: ${answer.status}`);
  };
  const until = Date.now();
  const stats = (days: number) => () =>
    readStats(db, { tenant: undefined, by: 'hour', since: until - days * day, until });
  const measured: OverviewTimes[] = [];
  for (const [what, act] of [
    ['its statistics of 24 hours, not cached', stats(1)],
    ['its statistics of 7 days, not cached', stats(7)],
    ['the page of 1 hour, over HTTP', page('1h')],
    ['the page of 24 hours, over HTTP', page('24h')],
    ['the page of 7 days, over HTTP', page('7d')],
  ] as const) {
    const found = await times(plan.reads, async () => {
      const startedAt = performance.now();
      await act();
      return { ms: performance.now() - startedAt };
    });
    measured.push({ what, p50: median(found), p95: percentile(found, 0.95) });
  }
  return measured;
};

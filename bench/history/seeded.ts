import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareDatabase } from '../../packages/jobs/src/database/prepare.ts';
import { refreshRows } from '../../packages/jobs/src/views/refresh-rows.ts';
import { views } from '../../packages/jobs/src/views/registry.ts';
import { withClient } from '../../packages/shared/src/database/client.ts';
import { createKeys } from '../../packages/shared/src/keys.ts';
import { silentLog } from '../../packages/shared/src/log.ts';
import { keyPrefix } from '../drover.ts';
import { type Options, type Resources, say } from '../run-bench.ts';
import { type Servers, startServers } from '../servers.ts';

const name = 'bench';

/** Days that the jobs are of, today the last of them. */
const days = 30;
const usualRows = 5_000_000;

/** Connections that fill days at once. */
const fillers = 2;

const key = 'a-key-of-the-benchmark';

/** The tenant that most of the seeded jobs are of reads them with this key. */
export const ownerHeaders = { authorization: `Bearer ${key}` };
export const ownerEnv = {
  API_KEYS: JSON.stringify([
    {
      hash: createHash('sha256').update(key).digest('hex'),
      tenant: 'acme',
      roles: ['submit', 'read', 'admin'],
      tier: 'unlimited',
    },
  ]),
};

/** A history of that many jobs, and statistics of them. */
export interface Seeded {
  readonly servers: Servers;
  readonly rows: number;
  readonly seconds: { readonly rows: number; readonly counting: number; readonly views: number };
  readonly bytes: number;
}

/** @throws Error for what is no number of rows. */
export const rowsOf = ({ rows }: Options): number => {
  if (rows === undefined) return usualRows;
  const count = Number(rows);
  if (!Number.isInteger(count) || count < 1_000) throw new Error('--rows: expected 1000 or more.');
  return count;
};

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await act();
  return (performance.now() - startedAt) / 1_000;
};

const fillDays = async (url: string, rows: number): Promise<void> => {
  const perDay = Math.ceil(rows / days);
  let next = 0;
  const fill = () =>
    withClient({ url, name }, async (client) => {
      await client.query("set maintenance_work_mem = '256MB'");
      while (next < days) {
        const day = next;
        next += 1;
        if (day % 5 === 0) say(`  day ${day + 1} of ${days}`);
        await client.query('select bench.seed_day($1, $2, $3)', [day, perDay, day * perDay]);
      }
    });
  await Promise.all(Array.from({ length: fillers }, fill));
};

/** What the charts of the overview draw: spans of every length, as many as they show. */
const fillSamples = `
  insert into drover.load_samples
  select $1, seconds, to_timestamp(floor(extract(epoch from now()) / seconds) * seconds - n * seconds),
         now(), n % 50, n % 7, 1e6 - n * 100, 1e4 - n, array_fill(3::bigint, array[60]),
         array_fill(5::bigint, array[80])
    from unnest(array[60, 300, 1200, 7200]) seconds, generate_series(0, 90) n
  on conflict do nothing`;

const refreshViews = (url: string) =>
  withClient({ url, name }, async (client) => {
    for (const view of views.all.filter((it) => it.tenantColumn !== undefined)) {
      await refreshRows(client, view, { full: true, exclusive: true });
    }
  });

/** Fills a history of its own. Postgres is not made to sync to the disk: it is for reading. */
export const seedHistory = async (resources: Resources, options: Options): Promise<Seeded> => {
  const rows = rowsOf(options);
  say(`seeding ${rows} jobs…`);
  const servers = await startServers(resources);
  const url = servers.databaseUrl;
  await prepareDatabase({ url, name, demo: false, log: silentLog() });
  const sql = await readFile(join(import.meta.dirname, 'seed.sql'), 'utf8');
  await withClient({ url, name }, async (client) => {
    await client.query(sql);
    // What was made ahead of time is made by the seed itself.
    const { rows: made } = await client.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits
        where inhparent = 'drover.jobs'::regclass and inhrelid <> 'drover.jobs_default'::regclass`,
    );
    for (const it of made) await client.query(`drop table ${it.name}`);
    await client.query(fillSamples, [createKeys(keyPrefix).partition(0)]);
  });
  const seconds = {
    rows: await timed(() => fillDays(url, rows)),
    counting: await timed(() =>
      withClient({ url, name }, async (client) => {
        await client.query("select drover.recount_jobs('epoch')");
        await client.query('select drover.note_all_job_kinds()');
      }),
    ),
    views: await timed(() => refreshViews(url)),
  };
  const bytes = await withClient({ url, name }, async (client) => {
    await client.query('vacuum analyze drover.jobs');
    const size = await client.query<{ bytes: string }>(
      `select sum(pg_total_relation_size(inhrelid)) as bytes from pg_inherits
        where inhparent = 'drover.jobs'::regclass`,
    );
    return Number(size.rows[0]?.bytes);
  });
  return { servers, rows, seconds, bytes };
};

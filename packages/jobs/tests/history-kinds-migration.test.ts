import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { prepareDatabase } from '@drover/jobs/database/prepare';
import { addDay, dayOf } from '@drover/jobs/history/partitions';
import { createViews } from '@drover/jobs/views/registry';
import { withClient } from '@drover/shared/database/client';
import { applyMigrations } from '@drover/shared/database/migrations';
import { createPool } from '@drover/shared/database/pool';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';
import { droverMigrations } from '../src/database/migration-sets.ts';
import { readHistoryPage } from '../src/history/page.ts';

const log = silentLog();
const now = Date.now();
const yesterday = now - 86_400_000;

/** Brings a database to where the version before the kinds of jobs left it. */
const prepareWithoutKinds = async (url: string): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-migrations-'));
  try {
    const isLater = (name: string) => /^\d/.test(name) && name >= '0008';
    const filter = (path: string) => !isLater(basename(path));
    await cp(droverMigrations.folder, folder, { recursive: true, filter });
    await withClient({ url, name: 'test' }, (client) =>
      applyMigrations(client, { ...droverMigrations, folder }, log),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Writes rows as that version does: 300 that have not ended, and before them one that failed. */
const write = (database: OwnDatabase, at: number) =>
  database.query(
    `insert into drover.jobs (submitted_at, id, tenant, type, queue, status, priority, created_at, run_at,
       finished_at, attempts_made, attempts_max, resource, words, seen_at)
     select $1::timestamptz - n * interval '1 millisecond', $2 || n, 'acme', 'email.send', 'mail',
       case when n < 300 then 'queued' else 'failed' end, 5, now(), now(),
       case when n < 300 then null else now() end, 1, 1, '{}',
       array_to_tsvector(array['t=acme', 'y=email.send', 'q=mail'] || case when n < 300 then '{}' else array['s=failed'] end),
       0
     from generate_series(1, 300) n`,
    [new Date(at), `${at} `],
  );

const places = (database: OwnDatabase) =>
  database.query('select id, tableoid::text, ctid::text, xmin::text from drover.jobs order by id');

test('rows of the version before are not written anew, and found before and after', async () => {
  await using database = await createDatabase();
  await prepareWithoutKinds(database.url);
  const pool = createPool({ url: database.url, max: 2, name: 'test', log });
  try {
    for (const day of [yesterday, now]) await addDay(pool, dayOf(day));
    await write(database, yesterday);
    const before = await places(database);
    await prepareDatabase({
      ...{ url: database.url, name: 'test', demo: false, views: createViews([]), log },
    });
    expect(await places(database)).toEqual(before);
    // A recorder of that version goes on until it is replaced.
    await write(database, now);
    for (const tenant of ['acme', null]) {
      const filter = { tenant, type: ['email.send'], status: ['failed'] };
      const { jobs } = await readHistoryPage(pool, filter, { limit: 5 });
      expect(jobs.map(({ id }) => id)).toEqual([now, yesterday].map((at) => `${at} 300`));
    }
  } finally {
    await pool.end();
  }
});

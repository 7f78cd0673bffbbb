import { prepareDatabase } from '@drover/jobs/database/prepare';
import { defineView, type ViewDefinition } from '@drover/jobs/views/define-view';
import { createViews } from '@drover/jobs/views/registry';
import { withClient } from '@drover/shared/database/client';
import { silentLog } from '@drover/shared/log';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createDatabase, type OwnDatabase } from '../../../tests/servers/own-database.ts';

const numbers = (more: Partial<ViewDefinition> = {}) =>
  defineView({
    name: 'numbers',
    summary: 'Some numbers.',
    sql: 'select n from generate_series(1, 3) as n',
    uniqueBy: ['n'],
    columns: { n: z.int() },
    ...more,
  });

const prepare = ({ url }: OwnDatabase, view: ReturnType<typeof numbers>) =>
  prepareDatabase({
    url,
    name: 'test',
    demo: false,
    views: createViews([view]),
    log: silentLog(),
  });

const oidOf = async (database: OwnDatabase) => {
  const [row] = await database.query("select 'drover_views.numbers'::regclass::oid::int as oid");
  return row.oid;
};

const rowsOf = async (database: OwnDatabase) =>
  (await database.query('select n from drover_views.numbers order by n')).map(({ n }) => n);

test('a view is made filled, with its unique index, and stays while its SQL does', async () => {
  await using database = await createDatabase();
  await prepare(database, numbers());
  expect(await rowsOf(database)).toEqual([1, 2, 3]);
  await database.query('refresh materialized view concurrently drover_views.numbers');
  const before = await oidOf(database);
  await prepare(database, numbers({ summary: 'Said otherwise.' }));
  expect(await oidOf(database)).toBe(before);
});

test('changed SQL makes it anew, back and forth', async () => {
  await using database = await createDatabase();
  await prepare(database, numbers());
  const other = numbers({ sql: 'select n from generate_series(7, 8) as n' });
  await prepare(database, other);
  expect(await rowsOf(database)).toEqual([7, 8]);
  await prepare(database, numbers());
  expect(await rowsOf(database)).toEqual([1, 2, 3]);
});

test('whoever reads the old one reads it to its end, and others are not kept waiting', async () => {
  await using database = await createDatabase();
  await prepare(database, numbers());
  await withClient({ url: database.url, name: 'reader' }, async (reader) => {
    await reader.query('begin');
    await reader.query('select from drover_views.numbers');
    const other = numbers({ sql: 'select n from generate_series(7, 8) as n' });
    const prepared = prepare(database, other);
    const isBuilt = async () =>
      (await database.query("select to_regclass('drover_views.numbers__new') as built"))[0].built;
    while (!(await isBuilt()));
    expect(await rowsOf(database)).toEqual([1, 2, 3]);
    expect((await reader.query('select from drover_views.numbers')).rowCount).toBe(3);
    await reader.query('commit');
    await prepared;
  });
  expect(await rowsOf(database)).toEqual([7, 8]);
});

test('SQL that Postgres refuses is told with the view’s name, and the old one stays', async () => {
  await using database = await createDatabase();
  await prepare(database, numbers());
  await expect(
    prepare(database, numbers({ sql: 'select nn as n from generate_series(1, 3) as n' })),
  ).rejects.toMatchObject({
    code: 'view-failed',
    message: expect.stringContaining('"numbers" cannot be made: column "nn" does not exist'),
  });
  await expect(
    prepare(database, numbers({ sql: 'select 1 as n union all select 1' })),
  ).rejects.toMatchObject({ code: 'view-failed' });
  expect(await rowsOf(database)).toEqual([1, 2, 3]);
});

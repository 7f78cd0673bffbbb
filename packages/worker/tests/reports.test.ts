import { buffer } from 'node:stream/consumers';
import type { ReportRequest } from '@drover/jobs/definition/services';
import { defineView } from '@drover/jobs/views/define-view';
import { silentLog } from '@drover/shared/log';
import { readXlsx } from 'hucre/xlsx';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createReports } from '../src/services/reports/reports.ts';
import { type PreparedDatabase, prepareOwn } from './prepared-database.ts';

const things = defineView({
  name: 'things',
  summary: 'One of everything.',
  sql: `select * from (values
    (1, 'plain', 1.50, true, date '2026-01-31', timestamptz '2026-01-31 08:00:00.25+00'),
    (2, 'say "hi", twice' || chr(10) || 'and end', -2, false, date '1899-12-31', null),
    (3, '=1+1', 12345678901234567890, null, null, timestamptz '2026-07-01 02:00:00+02'),
    (4, '', null, null, null, null),
    (5, null, null, null, null, null)
  ) as t (n, text, amount, yes, day, at)`,
  uniqueBy: ['n'],
  columns: {
    n: z.int(),
    text: z.string().nullable(),
    amount: z.number().nullable(),
    yes: z.boolean().nullable(),
    day: z.iso.date().nullable(),
    at: z.iso.datetime({ offset: true }).nullable(),
  },
});

const many = defineView({
  name: 'many',
  summary: 'More rows than are in memory at once.',
  sql: 'select n from generate_series(1, 1234) as n',
  uniqueBy: ['n'],
  columns: { n: z.int() },
});

const missing = defineView({
  name: 'missing',
  summary: 'Not made.',
  sql: 'select 1 as n',
  uniqueBy: ['n'],
  columns: { n: z.int() },
});

const owned = defineView({
  name: 'owned',
  summary: 'Rows of two tenants.',
  sql: "select owner from (values ('acme'), ('other')) as rows (owner)",
  uniqueBy: ['owner'],
  columns: { owner: z.string() },
  tenantColumn: 'owner',
});

let own: PreparedDatabase;
beforeAll(async () => {
  own = await prepareOwn([things, many, owned]);
});
afterAll(() => own[Symbol.asyncDispose]());

const write = async (request: Partial<ReportRequest>) => {
  const steps: [number, number][] = [];
  const content = createReports({ pool: own.pool, log: silentLog() }).write(
    { view: things, tenant: 'acme', format: 'json', filter: {}, escapeFormulas: true, ...request },
    { signal: new AbortController().signal, onRows: (...step) => steps.push(step) },
  );
  return { content: await buffer(content), steps };
};

const rowsOf = async (request: Partial<ReportRequest>) =>
  JSON.parse(String((await write({ format: 'json', ...request })).content));

test('json is an array of objects, with numbers, booleans and RFC 3339 instants', async () => {
  expect(await rowsOf({})).toEqual([
    {
      n: 1,
      text: 'plain',
      amount: 1.5,
      yes: true,
      day: '2026-01-31',
      at: '2026-01-31T08:00:00.25Z',
    },
    { n: 2, text: 'say "hi", twice\nand end', amount: -2, yes: false, day: '1899-12-31', at: null },
    {
      n: 3,
      text: '=1+1',
      amount: '12345678901234567890',
      yes: null,
      day: null,
      at: '2026-07-01T00:00:00Z',
    },
    { n: 4, text: '', amount: null, yes: null, day: null, at: null },
    { n: 5, text: null, amount: null, yes: null, day: null, at: null },
  ]);
});

test('of rows of tenants, a report has those of its own', async () => {
  const filter = { owner: ['acme', 'other'] };
  for (const tenant of ['acme', 'other']) {
    expect(await rowsOf({ view: owned, tenant, filter })).toEqual([{ owner: tenant }]);
    expect(await rowsOf({ view: owned, tenant })).toEqual([{ owner: tenant }]);
  }
  expect(await rowsOf({ view: owned, tenant: 'third', filter })).toEqual([]);
});

test('csv quotes what needs it, tells empty from missing, and defuses formulas but no numbers', async () => {
  const { content } = await write({ format: 'csv' });
  expect(String(content).split('\r\n')).toEqual([
    'n,text,amount,yes,day,at',
    '1,plain,1.5,true,2026-01-31,2026-01-31T08:00:00.25Z',
    '2,"say ""hi"", twice\nand end",-2,false,1899-12-31,',
    "3,'=1+1,12345678901234567890,,,2026-07-01T00:00:00Z",
    '4,"",,,,',
    '5,,,,,',
    '',
  ]);
});

test('csv leaves formulas as they are where that is asked for', async () => {
  const { content } = await write({ format: 'csv', escapeFormulas: false });
  expect(String(content)).toContain('\r\n3,=1+1,');
});

test('xlsx has real numbers, booleans and dates; a formula is a text', async () => {
  const { content } = await write({ format: 'xlsx' });
  const { sheets } = await readXlsx(content);
  expect(sheets[0]?.name).toBe('things');
  const rows = sheets[0]?.rows ?? [];
  expect(rows[0]).toEqual(['n', 'text', 'amount', 'yes', 'day', 'at']);
  expect(rows[1]).toEqual([
    1,
    'plain',
    1.5,
    true,
    new Date('2026-01-31T00:00:00Z'),
    new Date('2026-01-31T08:00:00.250Z'),
  ]);
  expect(rows[2]?.slice(0, 5)).toEqual([2, 'say "hi", twice\nand end', -2, false, '1899-12-31']);
  expect(rows[3]?.slice(0, 3)).toEqual([3, '=1+1', '12345678901234567890']);
});

test.each([
  ['a value', { n: 3 }, [3]],
  ['a list', { n: [1, 5, 9] }, [1, 5]],
  ['a range', { n: { min: 2, max: 4 } }, [2, 3, 4]],
  ['an open range', { day: { max: '2000-01-01' } }, [2]],
  ['a text that means to be SQL', { text: "' or true --" }, []],
  ['conditions on several columns', { n: { min: 2 }, yes: false }, [2]],
])('a filter takes %s', async (_what, filter, expected) => {
  const rows = await rowsOf({ filter });
  expect(rows.map(({ n }: { n: number }) => n)).toEqual(expected);
});

test('rows come in the order of the key, and progress tells how many there are', async () => {
  const { content, steps } = await write({ view: many });
  const rows = JSON.parse(String(content));
  expect(rows.map(({ n }: { n: number }) => n)).toEqual(
    Array.from({ length: 1234 }, (_, at) => at + 1),
  );
  expect(steps.at(-1)).toEqual([1234, 1234]);
  expect(steps[0]?.[0]).toBeLessThan(1234);
});

test('a report without rows is a whole file', async () => {
  const filter = { n: -1 };
  expect(await rowsOf({ filter })).toEqual([]);
  expect(String((await write({ format: 'csv', filter })).content)).toBe(
    'n,text,amount,yes,day,at\r\n',
  );
  const { sheets } = await readXlsx((await write({ format: 'xlsx', filter })).content);
  expect(sheets[0]?.rows).toHaveLength(1);
});

test('a view that is not in the database fails for good', async () => {
  await expect(write({ view: missing })).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'view-missing',
  });
});

test('a filter that the column cannot hold fails for good', async () => {
  await expect(write({ filter: { n: 1e15 } })).rejects.toMatchObject({
    name: 'PermanentError',
    code: 'filter-invalid',
  });
});

test('a text that is too long for a cell of Excel fails for good', async () => {
  const long = defineView({
    name: 'long',
    summary: 'A long text.',
    sql: "select 1 as n, repeat('x', 40000) as text",
    uniqueBy: ['n'],
    columns: { n: z.int(), text: z.string() },
  });
  await using database = await prepareOwn([long]);
  const content = createReports({ pool: database.pool, log: silentLog() }).write(
    { view: long, tenant: 'acme', format: 'xlsx', filter: {}, escapeFormulas: true },
    { signal: new AbortController().signal, onRows: () => undefined },
  );
  await expect(buffer(content)).rejects.toMatchObject({ code: 'cell-too-long' });
});

test('no connection is kept', () => {
  expect(own.pool.idleCount).toBe(own.pool.totalCount);
});

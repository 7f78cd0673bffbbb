import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineView, type ViewDefinition } from './define-view.ts';
import { createViews } from './registry.ts';

const view = (more: Partial<ViewDefinition> = {}) =>
  defineView({
    name: 'sales',
    summary: 'Sales.',
    sql: 'select 1 as n',
    uniqueBy: ['n'],
    columns: { n: z.int(), day: z.iso.date().nullable(), owner: z.string() },
    ...more,
  });

test.each([
  ['a name that is none', { name: 'Sales; drop table' }, 'expected lower-case letters'],
  ['SQL that is no query', { sql: 'delete from sales' }, 'expected a query'],
  ['no key', { uniqueBy: [] }, 'uniqueBy'],
  ['a key of another column', { uniqueBy: ['m'] }, 'uniqueBy names no columns: m'],
  ['a key that may be null', { uniqueBy: ['day'] }, 'uniqueBy may be null: day'],
  ['a channel that is none', { refresh: { on: ['x"; drop'] } }, 'expected lower-case letters'],
  ['an age of nothing', { refresh: { maxAge: '0s' } }, 'expected 1s at least'],
  [
    'an incremental key of another column',
    {
      refresh: {
        incremental: { key: ['m'], sources: { 's.t': { columns: ['m'], keys: 'select 1' } } },
      },
    },
    'refresh.incremental.key names no columns: m',
  ],
  [
    'a source without its schema',
    {
      refresh: {
        incremental: { key: ['n'], sources: { t: { columns: ['n'], keys: 'select 1' } } },
      },
    },
    'Invalid key in record',
  ],
  ['a warm page that does not fit', { warm: [{ filter: { n: 'x' } }] }, 'expected a value'],
  ['a tenant in another column', { tenantColumn: 'm' }, 'tenantColumn names no columns: m'],
  ['a warm page of nobody', { tenantColumn: 'owner', warm: [{}] }, 'whose page it is'],
  ['a misspelt field', { colums: {} }, 'Unrecognized key: "colums"'],
])('%s is refused, naming the view', (_what, more, message) => {
  expect(() => view(more as never)).toThrow(
    expect.objectContaining({
      code: 'view-definition-invalid',
      message: expect.stringContaining(message),
    }),
  );
});

test('a column of a kind that no file can hold is refused', () => {
  const columns = { n: z.int(), list: z.array(z.string()) };
  expect(() => view({ columns })).toThrow('The column "sales.list" is neither a string');
});

test('two views of one name are refused', () => {
  expect(() => createViews([view(), view()])).toThrow('Two views are named "sales".');
});

test('the fingerprint follows the SQL and the key, and nothing else', () => {
  const { fingerprint } = view();
  expect(view({ summary: 'Other words.' }).fingerprint).toBe(fingerprint);
  expect(view({ sql: 'select 2 as n' }).fingerprint).not.toBe(fingerprint);
});

test.each([
  [{ n: 1 }, true],
  [{ n: [1, 2], day: { min: '2026-01-01' } }, true],
  [{}, true],
  [{ n: '1' }, false],
  [{ n: {} }, false],
  [{ n: [] }, false],
  [{ day: 'yesterday' }, false],
  [{ m: 1 }, false],
])('the filter %j fits: %s', (filter, fits) => {
  expect(view().filter.safeParse(filter).success).toBe(fits);
});

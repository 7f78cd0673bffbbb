import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineImport } from './define-import.ts';
import { createImportTables } from './registry.ts';

const things = (more: object = {}) =>
  defineImport({
    name: 'things',
    summary: 'Things.',
    table: 'shop.things',
    key: ['id'],
    columns: z.object({ id: z.int(), note: z.string().optional() }),
    ...more,
  });

test.each([
  ['a table without a schema', { table: 'things' }, 'expected schema.table'],
  ['SQL for a table', { table: 'shop.things; drop' }, 'expected schema.table'],
  ['a key of another column', { key: ['sku'] }, 'key names no columns: sku'],
  ['a key that may be missing', { key: ['note'] }, 'key has optional columns: note'],
  ['columns that are no object', { columns: z.string() }, 'expected a zod object'],
])('%s is refused, naming the import', (_what, more, message) => {
  expect(() => things(more)).toThrow(
    expect.objectContaining({
      code: 'import-definition-invalid',
      message: expect.stringContaining(message),
    }),
  );
});

test('two imports of one name are refused', () => {
  expect(() => createImportTables([things(), things()])).toThrow('Two imports are named "things".');
});

test('a row with a column more is not taken', () => {
  const { row, columns } = things();
  expect(row.safeParse({ id: 1 }).success).toBe(true);
  expect(row.safeParse({ id: 1, admin: true }).success).toBe(false);
  expect(columns).toEqual([
    { name: 'id', kind: 'integer', required: true },
    { name: 'note', kind: 'text', required: false },
  ]);
});

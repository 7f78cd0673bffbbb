import { expect, test } from 'vitest';
import { dataImport } from './data-import.ts';

const faultsOf = (payload: object) =>
  dataImport.payload
    .safeParse({ source: { base64: 'eA==' }, format: 'csv', table: 'products', ...payload })
    .error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);

test('an unknown table is refused with the nearest name', () => {
  expect(faultsOf({ table: 'product' })).toEqual([
    'table: there is no table "product". Did you mean "products"?',
  ]);
  expect(faultsOf({ table: 'pg_catalog.pg_authid' })).toHaveLength(1);
});

test('columns must be those of the table', () => {
  expect(faultsOf({ columns: ['sku', 'name', 'category', 'price'] })).toBeUndefined();
  expect(faultsOf({ columns: ['sku', 'nam', 'category', 'category'] })).toEqual([
    'columns: products has no column "nam". Did you mean "name"?',
    'columns: the column "category" is there twice',
    'columns: products needs the column "name"',
    'columns: products needs the column "price"',
  ]);
});

test('ndjson names its columns itself', () => {
  expect(faultsOf({ format: 'ndjson', columns: ['sku'] })).toEqual([
    'columns: only a csv file without a header line needs them',
  ]);
});

import { expect, test } from 'vitest';
import { reportGenerate } from './report-generate.ts';

const faultsOf = (payload: unknown) =>
  reportGenerate.payload
    .safeParse(payload)
    .error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);

const report = { view: 'sales_by_region', format: 'csv' };

test('an unknown view is refused with the nearest name', () => {
  expect(faultsOf({ ...report, view: 'sales_by_regoin' })).toEqual([
    'view: there is no view "sales_by_regoin". Did you mean "sales_by_region"?',
  ]);
  const [fault = ''] = faultsOf({ ...report, view: `pg_user" union ${'x'.repeat(500)}` }) ?? [];
  expect(fault.length).toBeLessThan(200);
});

test.each([{ region: 'Asia' }, { region: ['Asia'], day: { min: '2026-01-01' } }, undefined])(
  'the filter %j is taken',
  (filter) => {
    expect(faultsOf({ ...report, filter })).toBeUndefined();
  },
);

test('a filter is checked with the columns of the view', () => {
  const filter = { region: 7, day: { min: 'yesterday' }, "a' or 1=1 --": 1 };
  expect(faultsOf({ ...report, filter })).toEqual([
    expect.stringContaining('filter/region: expected a value of the column'),
    'filter/day/min: Invalid ISO date',
    expect.stringContaining('filter: Unrecognized key'),
  ]);
});

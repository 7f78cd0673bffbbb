import { createCatalog } from '@drover/jobs/catalog';
import { expect, test } from 'vitest';
import { declare } from '../src/schedules/declare.ts';
import { declaredSchedules } from '../src/schedules.ts';
import { catalog, nightly } from './running-reconciler.ts';

const surroundings = {
  timezone: 'Europe/Berlin',
  digestTo: ['ops@example.com'],
  demo: true,
  history: true,
};

test('the schedules that ship fit the catalog, with the demonstration and without', () => {
  expect(declare(declaredSchedules(surroundings), catalog).map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'purge-sessions',
      'refresh-sales-by-region',
      'refresh-job-stats',
      'daily-digest',
    ]),
  );
  const production = { ...surroundings, digestTo: [], demo: false, history: false };
  const ids = declare(declaredSchedules(production), createCatalog({ production: true })).map(
    ({ id }) => id,
  );
  expect(ids).toContain('purge-sessions');
  expect(ids).not.toContain('daily-digest');
  expect(ids).not.toContain('refresh-sales-by-region');
  expect(ids).not.toContain('refresh-job-stats');
});

test.each([
  ['an unknown type', { type: 'demo.ecko' }, /"nightly-echo".*"demo.ecko".*"demo.echo"/s],
  ['a payload that does not fit', { payload: { value: 1, more: 2 } }, /"nightly-echo".*more/s],
  ['a day that there is not', { cron: '0 0 31 2 *' }, /"nightly-echo".*no such day/s],
  ['an unknown zone', { timezone: 'Europe/Berln' }, /"nightly-echo".*Europe\/Berlin/s],
  ['neither cron nor interval', { cron: undefined, timezone: undefined }, /cron or every/],
  ['too short an interval', { cron: undefined, timezone: undefined, every: '1ms' }, /1s at least/],
  ['no id', { id: 'Nightly Echo' }, /lower-case/],
])('a schedule with %s is refused, naming it', (_what, change, message) => {
  const { cron, timezone, ...rest } = { ...nightly, ...change };
  const input = {
    ...rest,
    ...(cron !== undefined && { cron }),
    ...(timezone !== undefined && { timezone }),
  };
  expect(() => declare([input], catalog)).toThrow(message);
});

test('two of one id are refused', () => {
  expect(() => declare([nightly, nightly], catalog)).toThrow(/two of this id/);
});

import { expect, test } from 'vitest';
import { cronProblem } from './cron-problem.ts';

test.each([
  '* * * * *',
  '0 8 * * 1-5',
  '*/10 * * * * *',
  '0 0 29 2 *',
  '0 12 L * *',
  '0 9 * jan,jul mon',
  '0 9 * * 5#2',
  '  0 9 * * *  ',
])('"%s" is in order', (cron) => {
  expect(cronProblem(cron)).toBeUndefined();
});

test.each([
  ['0 0 31 2 *', /no such day/],
  ['0 0 30 2 *', /no such day/],
  ['0 0 31 4,6,9,11 *', /no such day/],
  ['61 * * * *', /61/],
  ['* * * *', /5 fields.*there are 4/],
  ['* * * * * * *', /there are 7/],
  ['', /there are 0/],
  ['@daily', /5 fields/],
  ['H 3 * * *', /H is not supported/],
  ['*/0 * * * *', /every 0/],
  ['5-1 * * * *', /min\(5\) > max\(1\)/],
  ["0 0 * * *'; drop", /fields|expected/],
  ['0 0 * * %', /expected digits/],
  [`0 0 * * ${'1,'.repeat(90)}1`, /./],
])('"%s" is not', (cron, problem) => {
  const found = cronProblem(cron);
  if (cron.length < 100) expect(found).toMatch(problem);
});

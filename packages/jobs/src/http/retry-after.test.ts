import { newJobId } from '@drover/shared/job-id';
import { expect, test } from 'vitest';
import { RetryLater } from '../definition/errors.ts';
import { isTransient, postponed, retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5_000],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Thursday, 01-Jan-26 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
])('Retry-After: %s is %d ms', (header, ms) => {
  expect(retryAfterMs(header, now)).toBe(ms);
});

test.each([
  null,
  undefined,
  '',
  '-1',
  '1.5',
  'soon',
  '5 minutes',
  '2026-01-01',
  '1e3',
  '9'.repeat(30),
])('Retry-After: %s says nothing', (header) => {
  expect(retryAfterMs(header, now)).toBeUndefined();
});

test.each([
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
  [400, false],
  [404, false],
  [301, false],
])('%d is worth a retry: %s', (status, isWorth) => {
  expect(isTransient(status)).toBe(isWorth);
});

test('a young job waits as long as it is told, and a little more', () => {
  const err = postponed(newJobId('http', 0), 30_000, 'busy');
  expect(err).toBeInstanceOf(RetryLater);
  expect(err).toMatchObject({ message: 'busy', delayMs: expect.any(Number) });
  const { delayMs } = err as RetryLater;
  expect(delayMs).toBeGreaterThanOrEqual(30_000);
  expect(delayMs).toBeLessThanOrEqual(36_000);
});

test('never in a tight loop, and never for longer than a day in all', () => {
  expect((postponed(newJobId('http', 0), 0, 'busy') as RetryLater).delayMs).toBeGreaterThanOrEqual(
    1_000,
  );
  const day = 24 * 3_600_000;
  expect((postponed(newJobId('http', 0), 1e12, 'busy') as RetryLater).delayMs).toBeLessThanOrEqual(
    day,
  );
});

test.each([
  ['an old job', `http.0.01${'0'.repeat(24)}`],
  ['a job of the future', `http.0.7z${'0'.repeat(24)}`],
  ['a key that is no job id', 'anything'],
  ['no key', undefined],
])('%s fails, which takes an attempt', (_what, key) => {
  const err = postponed(key, 1_000, 'busy');
  expect(err).not.toBeInstanceOf(RetryLater);
  expect(err).toMatchObject({ code: 'unavailable', message: 'busy' });
});

import { expect, test } from 'vitest';
import {
  jobsOrConfigured,
  limitOrConfigured,
  limitsText,
  rateOrConfigured,
  settingOf,
  settingRows,
} from './settings.ts';

const plain = <T>(value: T) => ({ configured: value, effective: value, overridden: false });

test('what bounds a queue, in few words', () => {
  const settings = {
    concurrency: plain(10),
    globalConcurrency: plain(null),
    rateLimit: plain(null),
  };
  expect(limitsText(settings)).toBe('10 a worker');
  expect(
    limitsText({
      concurrency: plain(10),
      globalConcurrency: { configured: null, effective: 50, overridden: true },
      rateLimit: plain({ max: 100, per: 60_000 }),
    }),
  ).toBe('10 a worker, 50 in all, 100/1m');
});

test.each([
  [86_400_000, '24h'],
  [90_000, '90s'],
  [120_000, '2m'],
  [1_500, '1500ms'],
])('a window of %i ms is written %s', (per, text) => {
  const settings = {
    concurrency: plain(1),
    globalConcurrency: plain(null),
    rateLimit: plain({ max: 7, per }),
  };
  expect(settingRows(settings)[2]?.now).toBe(`7/${text}`);
});

test('options are numbers, rates, or words', () => {
  expect(jobsOrConfigured('20')).toBe(20);
  expect(settingOf(jobsOrConfigured('configured'))).toBeNull();
  expect(settingOf(jobsOrConfigured('20'))).toBe(20);
  expect(limitOrConfigured('unlimited')).toBe('unlimited');
  expect(rateOrConfigured('100/1m')).toEqual({ max: 100, per: '1m' });
  expect(settingOf(rateOrConfigured('configured'))).toBeNull();
  for (const wrong of ['', '-1', '1.5', 'unlimited', 'many']) {
    expect(() => jobsOrConfigured(wrong)).toThrow('Expected');
  }
  for (const wrong of ['100', '/1m', '100/', 'x/1m']) {
    expect(() => rateOrConfigured(wrong)).toThrow('Expected a rate');
  }
});

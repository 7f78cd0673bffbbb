import { expect, test } from 'vitest';
import { defaultRateLimits, rateLimits } from './rate-limits.ts';

const faultOf = (text: string): string | undefined =>
  rateLimits.safeParse(text).error?.issues[0]?.message;

test('nothing leaves the defaults', () => {
  expect(rateLimits.parse('')).toEqual(defaultRateLimits);
});

test('an entry takes the place of one default, and the others stay', () => {
  expect(rateLimits.parse(' free=5/30s , basic=20/1m:sliding-window,')).toEqual({
    ...defaultRateLimits,
    free: { limit: 5, windowMs: 30_000, algorithm: 'token-bucket' },
    basic: { limit: 20, windowMs: 60_000, algorithm: 'sliding-window' },
  });
});

test.each([
  ['free', /^expected tier=limit\/window.*, not "free"$/],
  ['free=100', /^expected tier=limit\/window/],
  ['free=1.5/1h', /^expected tier=limit\/window/],
  ['free=-1/1h', /^expected tier=limit\/window/],
  ['gold=100/1h', /^expected one of the tiers free, basic, premium, enterprise/],
  ['unlimited=100/1h', /^expected one of the tiers/],
  ['free=100/1h:leaky', /^expected one of the algorithms token-bucket, /],
  ['free=100/soon', /^expected windows of whole seconds, from 1s to 30d/],
  ['free=100/500ms', /^expected windows/],
  ['free=100/1500ms', /^expected windows/],
  ['free=100/31d', /^expected windows/],
  ['free=0/1h', /^expected limits from 1 to 2501999792 for that window/],
  ['free=2501999793/1h', /^expected limits from 1 to/],
  ['free=1/1h,free=2/1h', /^expected one entry for free, not "free=2\/1h"$/],
])('refuses %j, saying why', (text, message) => {
  expect(faultOf(text)).toMatch(message);
});

import { expect, test } from 'vitest';
import { refusalOfMetrics } from './access.ts';

const token = 'a-long-random-text';

test('without a token, whoever reaches the port reads the metrics', () => {
  expect(refusalOfMetrics({}, undefined)).toBeUndefined();
  expect(refusalOfMetrics({ authorization: 'Bearer whatever' }, undefined)).toBeUndefined();
});

test.each(['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])(
  'without a token, what a proxy passes on with %s is refused',
  (name) => {
    expect(refusalOfMetrics({ [name]: 'somebody' }, undefined)).toBe('through-proxy');
    expect(refusalOfMetrics({ [name]: '' }, undefined)).toBe('through-proxy');
  },
);

test('with a token, it alone counts', () => {
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  expect(refusalOfMetrics({ authorization: `Bearer ${token}` }, token)).toBeUndefined();
  expect(refusalOfMetrics({ ...headers, authorization: `bearer ${token}` }, token)).toBeUndefined();
});

test.each([undefined, '', token, `Basic ${token}`, `Bearer ${token}x`, 'Bearer '])(
  'with a token, %j is refused',
  (authorization) => {
    expect(refusalOfMetrics({ ...(authorization && { authorization }) }, token)).toBe(
      'token-needed',
    );
  },
);

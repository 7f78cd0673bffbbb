import { expect, test } from 'vitest';
import { jobsByQueue, parseRate, queueLimits } from './queue-limits.ts';

test.each([
  ['100/1m', { max: 100, per: 60_000 }],
  ['1/100ms', { max: 1, per: 100 }],
  ['1000000/24h', { max: 1_000_000, per: 86_400_000 }],
  [' 5/1.5s ', { max: 5, per: 1_500 }],
])('%s is a rate', (text, rate) => {
  expect(parseRate(text)).toEqual(rate);
});

test.each(['', '100', '0/1s', '-1/1s', '1.5/1s', '1/0s', '1/99ms', '1/25h', '1000001/1h', '1/x'])(
  '%o is no rate',
  (text) => {
    expect(parseRate(text)).toBeUndefined();
  },
);

test('limits by queue; what is wrong is quoted', () => {
  expect(queueLimits.parse('mail=100/1m, media = 2/1s ,')).toEqual({
    mail: { max: 100, per: 60_000 },
    media: { max: 2, per: 1_000 },
  });
  expect(queueLimits.parse('')).toEqual({});
  for (const wrong of ['mail', 'mail=', '=1/1s', 'mail=1', 'Mail=1/1s', 'mail=1/1s,mail=2/1s']) {
    const message = queueLimits.safeParse(wrong).error?.issues[0]?.message;
    expect(message).toContain('such as mail=100/1m');
    expect(message).toContain(`not "${wrong.split(',').at(-1)}"`);
  }
});

test('numbers of jobs by queue, up to the most that makes sense', () => {
  expect(jobsByQueue(1_000).parse('media=2,mail=1000')).toEqual({ media: 2, mail: 1_000 });
  for (const wrong of ['mail=0', 'mail=1001', 'mail=1e3', 'mail=2/1s', '__proto__=3']) {
    expect(jobsByQueue(1_000).safeParse(wrong).success).toBe(false);
  }
});

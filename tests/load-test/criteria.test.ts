import { expect, test } from 'vitest';
import { allMet, judge } from '../../bench/load/criteria.ts';
import { quarters } from '../../bench/load/profiles/soak.ts';
import { recoveryMs } from '../../bench/load/profiles/spike.ts';
import type { Outcome } from '../../bench/load/sending/calls.ts';
import { createTally } from '../../bench/load/tally.ts';

const notMet = (fill: (tally: ReturnType<typeof createTally>) => void) => {
  const tally = createTally();
  fill(tally);
  return judge(tally.figures()).flatMap(({ name, isMet }) => (isMet ? [] : [name]));
};
const times = (n: number, act: () => void) => {
  for (let i = 0; i < n; i += 1) act();
};

test('a load that is answered soon and rightly passes', () => {
  expect(notMet((tally) => times(2_000, () => tally.record('submit', 50, { kind: 'ok' })))).toEqual(
    [],
  );
});

const failed = { kind: 'failed', reason: '500' } as const;
const refused = { kind: 'refused', reason: '429' } as const;
const ok = { kind: 'ok' } as const;

type Part = readonly [times: number, ms: number, outcome: Outcome];

test.each<readonly [string, readonly Part[]]>([
  [
    'errors < 0.1 %',
    [
      [999, 5, ok],
      [1, 5, failed],
    ],
  ],
  [
    'refused < 0.1 %',
    [
      [999, 5, ok],
      [1, 5, refused],
    ],
  ],
  [
    'p99 < 1000 ms',
    [
      [98, 5, ok],
      [2, 1_500, ok],
    ],
  ],
  [
    'p95 < 300 ms',
    [
      [94, 5, ok],
      [6, 400, ok],
    ],
  ],
  [
    'p50 < 100 ms',
    [
      [49, 5, ok],
      [51, 150, ok],
    ],
  ],
])('%s fails by itself', (name, parts) => {
  const fill = (tally: ReturnType<typeof createTally>) => {
    for (const [n, ms, outcome] of parts) times(n, () => tally.record('read', ms, outcome));
  };
  expect(notMet(fill)).toEqual([name]);
});

test('what was not asked at all has not passed', () => {
  expect(allMet(judge(createTally().figures()))).toBe(false);
});

test('waits are not held against the limits of the others', () => {
  const slowWait = (tally: ReturnType<typeof createTally>) =>
    times(10, () => {
      tally.record('wait', 9_000, { kind: 'ok' });
      tally.record('submit', 5, { kind: 'ok' });
    });
  expect(notMet(slowWait)).toEqual([]);
});

test('drift is what lies between the first quarter and the last', () => {
  const samples = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ atMs: n * 100, value: n }));
  expect(quarters(samples, [0, 800])).toEqual({ first: 1, last: 7 });
});

test('a spike is over when nothing is slow or wrong any more', () => {
  const point = (atMs: number, p95: number, failed = 0) => ({
    ...{ atMs, perSecond: 10, p50: 1, p95, p99: p95, refused: 0, failed },
  });
  const points = [
    point(500, 900),
    point(1_500, 900),
    point(2_500, 5),
    point(3_500, 5, 1),
    point(4_500, 5),
  ];
  expect(recoveryMs(points, 1_000)).toBe(3_500);
  expect(recoveryMs(points, 4_000)).toBe(0);
  expect(recoveryMs(points.slice(0, 4), 1_000)).toBeUndefined();
});

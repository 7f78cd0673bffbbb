import { runScript, type Script } from '@drover/shared/redis/script';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slidingWindow } from '../src/throttling/sliding-window.ts';
import { tokenBucket } from '../src/throttling/token-bucket.ts';
import { startThrottle } from './throttling-fixtures.ts';

let started: Awaited<ReturnType<typeof startThrottle>>;
beforeAll(async () => {
  started = await startThrottle('');
});
afterAll(() => started[Symbol.asyncDispose]());

/** The same script with the clock of the test, whose time may pass as it likes. */
const withClock = (script: Script): Script => ({
  ...script,
  name: `${script.name}WithClock`,
  lua: script.lua.replace("redis.call('TIME')", '{ table.remove(ARGV), table.remove(ARGV) }'),
});

interface Policy {
  limit: number;
  windowMs: number;
}
interface Step {
  passMs: number;
  cost: number;
}
interface Taken {
  at: number;
  cost: number;
}

// Redis forgets by its own clock: an hour at least is never over within a test.
const policies: fc.Arbitrary<Policy> = fc.record({
  limit: fc.integer({ min: 1, max: 1_000 }),
  windowMs: fc.integer({ min: 3_600, max: 86_400 }).map((seconds) => seconds * 1_000),
});

const historiesOf = ({ limit, windowMs }: Policy): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      passMs: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: windowMs })),
      cost: fc.integer({ min: 1, max: limit }),
    }),
    { minLength: 1, maxLength: 15 },
  );

const scenarios = policies.chain((policy) =>
  fc.record({
    policy: fc.constant(policy),
    history: historiesOf(policy),
    start: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
    id: fc.uuid(),
  }),
);

const begin = (script: Script, { limit, windowMs }: Policy, start: number, id: string) => {
  let now = start;
  return {
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
    ask: async (cost: number) => {
      const key = `test-throttle:${id}`;
      const clock = [(now % 1_000) * 1_000, Math.floor(now / 1_000)];
      const reply = await runScript(
        started.redis,
        script,
        [key],
        [limit, windowMs, cost, ...clock],
      );
      const [remaining, next, reset, wait] = reply as [number, number, number, number];
      return { wait, remaining, next, reset };
    },
  };
};
type Throttled = ReturnType<typeof begin>;

/** Submits as the history says; what is left always tells what will pass. */
const replay = async ({ now, pass, ask }: Throttled, history: readonly Step[]) => {
  const taken: Taken[] = [];
  for (const { passMs, cost } of history) {
    pass(passMs);
    const before = (await ask(0)).remaining;
    const { wait, remaining } = await ask(cost);
    expect(wait === 0).toBe(cost <= before);
    expect(remaining).toBe(wait === 0 ? before - cost : before);
    if (wait === 0) taken.push({ at: now(), cost });
  }
  return taken;
};

const expectNextIsExact = async ({ pass, ask }: Throttled, limit: number) => {
  const { remaining, next } = await ask(0);
  if (remaining === limit) return;
  pass(next - 1);
  expect((await ask(0)).remaining).toBe(remaining);
  pass(1);
  expect((await ask(0)).remaining).toBeGreaterThan(remaining);
};

/** Leaves nothing. */
const expectWaitIsExact = async ({ pass, ask }: Throttled, limit: number) => {
  const { wait } = await ask(limit);
  if (wait === 0) return;
  pass(wait - 1);
  expect((await ask(limit)).wait).toBe(1);
  pass(1);
  expect((await ask(limit)).wait).toBe(0);
};

const expectResetIsExact = async ({ pass, ask }: Throttled, limit: number) => {
  pass((await ask(0)).reset - 1);
  expect((await ask(0)).remaining).toBeLessThan(limit);
  pass(1);
  expect((await ask(0)).remaining).toBe(limit);
};

/** Nowhere more than the limit and what came back since. */
const bucketHolds = ({ limit, windowMs }: Policy, taken: readonly Taken[]): boolean =>
  taken.every(({ at: from }, n) => {
    let sum = 0;
    return taken.slice(n).every(({ at, cost }) => {
      sum += cost;
      return sum * windowMs <= limit * (windowMs + at - from);
    });
  });

/** No window has more than the limit. */
const windowsHold = ({ limit, windowMs }: Policy, taken: readonly Taken[]): boolean =>
  Object.values(Object.groupBy(taken, ({ at }) => Math.floor(at / windowMs))).every(
    (window = []) => window.reduce((sum, { cost }) => sum + cost, 0) <= limit,
  );

describe.each([
  ['token bucket', tokenBucket, bucketHolds],
  ['sliding window', slidingWindow, windowsHold],
])('a %s, however time passes', (_name, original, holds) => {
  const script = withClock(original);

  test('holds its limit, and knows to the millisecond when there is more', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ policy, history, start, id }) => {
        const throttled = begin(script, policy, start, id);
        expect(holds(policy, await replay(throttled, history))).toBe(true);
        await expectNextIsExact(throttled, policy.limit);
        await expectWaitIsExact(throttled, policy.limit);
        await expectResetIsExact(throttled, policy.limit);
      }),
      { numRuns: 100 },
    );
  });
});

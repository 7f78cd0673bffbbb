import { algorithms } from '@drover/shared/config/rate-limits';
import { describe, expect, test } from 'vitest';
import { callerIn, reached, startThrottle } from './throttling-fixtures.ts';

const caller = callerIn('free');
const refusal = { code: 'rate-limited', status: 429 };

// Most wait for time to pass, so they run at once, each with accounts of its own.

describe.concurrent.each(algorithms)('%s', (algorithm) => {
  test('lets exactly the limit pass, and counts down', async () => {
    await using started = await startThrottle(`free=7/1h:${algorithm}`);
    const remaining: unknown[] = [];
    for (let n = 0; n < 7; n += 1) {
      remaining.push((await started.throttle.take(caller, 1))?.remaining);
    }
    expect(remaining).toEqual([6, 5, 4, 3, 2, 1, 0]);
    await expect(started.throttle.take(caller, 1)).rejects.toMatchObject(refusal);
  });

  test('lets it pass after Retry-After, when nobody else came before', async () => {
    await using started = await startThrottle(`free=4/2s:${algorithm}`);
    await started.throttle.take(caller, 4);
    const refused = await started.throttle.take(caller, 2).catch((err) => err);
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    await reached(performance.now() + seconds * 1_000);
    expect(await started.throttle.take(caller, 2)).toMatchObject({ limit: 4 });
  });

  test('what is refused takes nothing, and is refused whole', async () => {
    await using started = await startThrottle(`free=5/1h:${algorithm}`);
    await started.throttle.take(caller, 2);
    for (let n = 0; n < 3; n += 1) {
      await expect(started.throttle.take(caller, 4)).rejects.toMatchObject(refusal);
    }
    expect(await started.throttle.take(caller, 3)).toMatchObject({ remaining: 0 });
  });

  test('decides in order on those that come at once', async () => {
    await using started = await startThrottle(`free=10/1h:${algorithm}`);
    const outcomes = await Promise.allSettled(
      [3, 8, 3, 5, 4].map((cost) => started.throttle.take(caller, cost)),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(await started.throttle.peek(caller)).toMatchObject({ remaining: 0 });
  });

  test('is back to the whole limit when it says so', async () => {
    await using started = await startThrottle(`free=3/1s:${algorithm}`);
    const allowance = await started.throttle.take(caller, 3);
    await reached(allowance?.resetAt ?? 0);
    expect(await started.throttle.peek(caller)).toMatchObject({ remaining: 3 });
    expect(await started.throttle.take(caller, 3)).toMatchObject({ remaining: 0 });
  });

  test('keeps nothing for longer than it counts', async () => {
    await using started = await startThrottle(`free=3/10s:${algorithm}`);
    await started.throttle.take(caller, 3);
    const [lifetime = 0, ...others] = await started.lifetimes();
    expect(others).toEqual([]);
    expect(lifetime).toBeGreaterThan(0);
    expect(lifetime).toBeLessThanOrEqual(20_000);
  });

  test('looking takes nothing and leaves nothing', async () => {
    await using started = await startThrottle(`free=3/1h:${algorithm}`);
    expect(await started.throttle.peek(caller)).toMatchObject({ limit: 3, remaining: 3 });
    expect(await started.lifetimes()).toEqual([]);
  });
});

test.concurrent('a token bucket gives back one after the other', async () => {
  await using started = await startThrottle('free=3/3s:token-bucket');
  const allowance = await started.throttle.take(caller, 3);
  await reached(allowance?.nextAt ?? 0);
  expect(await started.throttle.take(caller, 1)).toMatchObject({ remaining: 0 });
  await expect(started.throttle.take(caller, 1)).rejects.toMatchObject(refusal);
});

test.concurrent('a fixed window gives back all at once, counted from its first job', async () => {
  await using started = await startThrottle('free=3/2s:fixed-window');
  const first = await started.throttle.take(caller, 1);
  await started.throttle.take(caller, 2);
  await reached(first?.nextAt ?? 0);
  expect(await started.throttle.take(caller, 3)).toMatchObject({ remaining: 0 });
});

test.concurrent('a sliding window gives back as the window before leaves it', async () => {
  await using started = await startThrottle('free=2/2s:sliding-window');
  const allowance = await started.throttle.take(caller, 2);
  await reached(allowance?.nextAt ?? 0);
  expect(await started.throttle.take(caller, 1)).toMatchObject({ remaining: 0 });
  await expect(started.throttle.take(caller, 1)).rejects.toMatchObject(refusal);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerIn, startThrottle } from './throttling-fixtures.ts';

let started: Awaited<ReturnType<typeof startThrottle>>;
beforeAll(async () => {
  started = await startThrottle('free=10/1h,basic=1/90s');
});
afterAll(() => started[Symbol.asyncDispose]());

const take = (tenant: string, cost: number) =>
  started.throttle.take(callerIn('free', tenant), cost);

test('a refusal says what the tier allows, what is left, and when to come again', async () => {
  await take('talkative', 8);
  await expect(take('talkative', 5)).rejects.toMatchObject({
    code: 'rate-limited',
    message:
      'The tier "free" allows 10 jobs in 1 h; 2 are left, and this would take 5. Try again in 1080 s.',
    headers: { 'retry-after': '1080' },
  });
});

test('more than the limit at once is refused for good: nobody is told to come again', async () => {
  await expect(take('large', 11)).rejects.toMatchObject({
    code: 'rate-limited',
    message: expect.stringMatching(/^The tier "free" allows 10 jobs in 1 h, so 11 .* never pass/),
    headers: {},
  });
  expect(await take('large', 10)).toMatchObject({ remaining: 0 });
});

test('tenants do not count for one another', async () => {
  await take('busy', 10);
  await expect(take('busy', 1)).rejects.toMatchObject({ code: 'rate-limited' });
  expect(await take('quiet', 1)).toMatchObject({ remaining: 9 });
});

test('all keys of a tenant in a tier share one account', async () => {
  await started.throttle.take({ ...callerIn('free', 'shared'), roles: ['admin'] }, 4);
  expect(await take('shared', 1)).toMatchObject({ remaining: 5 });
});

test('a tenant has an account in each tier that it has keys of', async () => {
  await take('promoted', 3);
  const basic = callerIn('basic', 'promoted');
  expect(await started.throttle.take(basic, 1)).toMatchObject({ limit: 1, remaining: 0 });
  await expect(started.throttle.take(basic, 1)).rejects.toMatchObject({
    message: expect.stringContaining('allows 1 job in 1.5 min; 0 are left'),
  });
});

test('a tier without a limit is never refused, and Redis is not asked', async () => {
  const free = callerIn('unlimited', 'owner');
  expect(await started.throttle.take(free, 1_000_000)).toBeUndefined();
  expect(await started.throttle.peek(free)).toBeUndefined();
  expect(started.throttle.accountOf(free)).toBeUndefined();
});

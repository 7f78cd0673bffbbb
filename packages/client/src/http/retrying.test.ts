import { expect, test } from 'vitest';
import { DroverError, type DroverErrorDetails } from '../error.ts';
import { maxRetryAfterMs, type RetryRule, retrying } from './retrying.ts';

const failure = (code: string, details: DroverErrorDetails = {}) =>
  new DroverError(code, 'no', details);

/** Fails with each error in turn, then succeeds; tells how it went. */
const run = async (
  errors: readonly Error[],
  rule: RetryRule = 'always',
  retries = 4,
  isPatient = () => false,
) => {
  const waits: number[] = [];
  const left = [...errors];
  const outcome = await retrying(
    async () => {
      const error = left.shift();
      if (error) throw error;
      return 'done';
    },
    {
      rule,
      isPatient,
      policy: {
        retries,
        backoff: { baseMs: 100, maxMs: 1_000 },
        sleep: async (ms) => void waits.push(ms),
      },
    },
  ).catch((err) => err);
  return { outcome, waits };
};

test.each([408, 425, 429, 500, 502, 503, 504])('%i passes', async (status) => {
  expect(await run([failure('x', { status })])).toMatchObject({ outcome: 'done' });
});

test.each([400, 401, 403, 404, 409, 413, 422, 501])('%i does not pass', async (status) => {
  const error = failure('x', { status });
  expect(await run([error])).toEqual({ outcome: error, waits: [] });
});

test('no answer passes, too', async () => {
  const { outcome, waits } = await run([failure('network-error'), failure('timed-out')]);
  expect(outcome).toBe('done');
  expect(waits).toHaveLength(2);
});

test('what is not ours is thrown as it is', async () => {
  const error = new TypeError('a mistake');
  expect(await run([error])).toEqual({ outcome: error, waits: [] });
});

test('it gives up after the last retry, with the last error and the number of tries', async () => {
  const errors = [1, 2, 3].map((n) => failure(`n${n}`, { status: 503 }));
  const { outcome, waits } = await run(errors, 'always', 2);
  expect(outcome).toBe(errors[2]);
  expect(outcome).toMatchObject({ code: 'n3', attempts: 3 });
  expect(waits).toHaveLength(2);
});

test('it never comes sooner than Retry-After says', async () => {
  const { waits } = await run([failure('rate-limited', { status: 429, retryAfterMs: 5_000 })]);
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(5_000);
  expect(waits[0]).toBeLessThanOrEqual(5_100);
});

test('what is asked to wait too long for is left to the caller', async () => {
  const error = failure('rate-limited', { status: 429, retryAfterMs: maxRetryAfterMs + 1 });
  expect(await run([error])).toEqual({ outcome: error, waits: [] });
});

test('what must not be done twice is made again only where nothing was done', async () => {
  expect(await run([failure('rate-limited', { status: 429 })], 'when-refused')).toMatchObject({
    outcome: 'done',
  });
  for (const error of [failure('network-error'), failure('x', { status: 503 })]) {
    expect(await run([error], 'when-refused')).toEqual({ outcome: error, waits: [] });
  }
});

test('who is patient waits for a server that is away, and for no other', async () => {
  const away = [
    failure('network-error'),
    ...[502, 503, 504].map((status) => failure('x', { status })),
  ];
  expect(await run(away, 'always', 1, () => true)).toMatchObject({ outcome: 'done' });
  const broken = [1, 2].map(() => failure('internal', { status: 500 }));
  expect(await run(broken, 'always', 1, () => true)).toMatchObject({ outcome: broken[1] });
});

test('an abort ends the wait', async () => {
  const controller = new AbortController();
  const outcome = retrying(
    () => Promise.reject(failure('x', { status: 503, retryAfterMs: 60_000 })),
    {
      rule: 'always',
      policy: {
        retries: 4,
        backoff: { baseMs: 1, maxMs: 1 },
        sleep: (_ms, signal) => {
          controller.abort(new Error('enough'));
          return Promise.reject(signal?.reason);
        },
      },
      signal: controller.signal,
    },
  );
  await expect(outcome).rejects.toThrow('enough');
});

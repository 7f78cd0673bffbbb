import { expect, test } from 'vitest';
import { startApi } from './running-api.ts';
import { tierKeys } from './throttling-fixtures.ts';

const echo = (value: number) => ({ type: 'demo.echo', payload: { value } });

test('of jobs that come at once, those within the limit are added, and nothing is left of the others', async () => {
  await using api = await startApi({
    API_KEYS: tierKeys('free', 'basic'),
    RATE_LIMITS: 'free=10/1h,basic=7/1h',
  });
  const { redis } = api.queues;
  const submit = (key: string, n: number) =>
    api.submit(echo(n), {
      key,
      headers: n % 2 === 0 ? {} : { 'idempotency-key': `${key} ${n}` },
    });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => [submit('free', n), submit('basic', n)]).flat(),
  );
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted).toHaveLength(17);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(23);
  expect(await api.countJobs()).toBe(17);

  const prefix = `{${api.config.redis.keyPrefix}-0}`;
  const jobs = await redis.keys(`${prefix}:demo:demo.0.*`);
  expect(jobs.sort()).toEqual(accepted.map(({ body }) => `${prefix}:demo:${body.id}`).sort());
  const keyed = accepted.filter(({ body }) => body.payload.value % 2 === 1);
  expect(await redis.keys(`${prefix}:idempotency:*`)).toHaveLength(keyed.length);
});

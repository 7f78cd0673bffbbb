import { algorithms } from '@drover/shared/config/rate-limits';
import { expect, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { startApi } from './running-api.ts';
import { tierKeys } from './throttling-fixtures.ts';

const limit = 25;

test.each(algorithms)('two APIs and many clients at once hold one limit: %s', async (algorithm) => {
  const shared = {
    KEY_PREFIX: randomPrefix(),
    API_KEYS: tierKeys('basic'),
    RATE_LIMITS: `basic=${limit}/1h:${algorithm}`,
  };
  await using one = await startApi(shared);
  await using other = await startApi(shared);

  const answers = await Promise.all(
    Array.from({ length: 3 * limit }, (_, n) =>
      (n % 2 === 0 ? one : other).submit(
        { type: 'demo.echo', payload: { value: n } },
        { key: 'basic' },
      ),
    ),
  );

  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 202)).toHaveLength(limit);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2 * limit);
  expect(await one.countJobs()).toBe(limit);
});

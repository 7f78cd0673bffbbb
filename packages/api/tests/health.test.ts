import { expect, test } from 'vitest';
import { startApi } from './running-api.ts';

test('all is well: each check is named, with its time', async () => {
  await using api = await startApi();
  const { status, body } = await api.ask('/health', { key: null });
  expect(status).toBe(200);
  expect(body.status).toBe('ok');
  expect(Object.keys(body.checks).toSorted()).toEqual([
    'disk',
    'keys',
    'memory',
    'postgres',
    'redis',
  ]);
  for (const check of Object.values(body.checks)) {
    expect(check).toEqual({ status: 'ok', ms: expect.any(Number) });
  }
});

const tooMuch = String(Number.MAX_SAFE_INTEGER);

test.each([
  ['disk', { HEALTH_MIN_DISK: tooMuch }, /MiB are free/],
  ['memory', { HEALTH_MIN_MEMORY: tooMuch }, /MiB of memory/],
])('a failing %s check makes /health 503 and names it', async (name, overrides, message) => {
  await using api = await startApi(overrides);
  const { status, body } = await api.ask('/health', { key: null });
  expect(status).toBe(503);
  expect(body.status).toBe('failing');
  expect(body.checks[name]).toMatchObject({
    status: 'failing',
    message: expect.stringMatching(message),
  });
  expect((await api.ask('/ready', { key: null })).status).toBe(200);
});

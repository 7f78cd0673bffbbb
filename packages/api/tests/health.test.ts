import { expect, inject, test } from 'vitest';
import { startProxy } from '../../../tests/servers/tcp-proxy.ts';
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

test('without Postgres /health names it, and jobs are accepted all the same', async () => {
  await using proxy = await startProxy(inject('databaseUrl'));
  await using api = await startApi({ DATABASE_URL: proxy.url });
  await proxy.cut();
  const { status, body } = await api.ask('/health', { key: null });
  expect(status).toBe(503);
  expect(body.checks.postgres).toMatchObject({
    status: 'failing',
    message: 'Postgres does not answer',
  });
  expect((await api.ask('/ready', { key: null })).status).toBe(200);
  expect((await api.submit({ type: 'demo.echo', payload: { value: 1 } })).status).toBe(202);
});

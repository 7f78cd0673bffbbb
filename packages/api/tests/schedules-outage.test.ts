import { expect, test } from 'vitest';
import { startOwnRedis } from '../../../tests/servers/own-redis.ts';
import { hourly, startScheduleApi } from './schedule-fixtures.ts';

const unavailable = { status: 503, body: { type: '/problems/store-unavailable' } };

test('without Postgres the schedules answer 503 with Retry-After, and jobs go on', async () => {
  await using it = await startScheduleApi({
    DATABASE_ACQUIRE_TIMEOUT: '500ms',
  });
  await it.put('hourly', hourly);
  await it.database.query('alter schema drover rename to away');
  for (const [method, path, body] of [
    ['GET', '/schedules'],
    ['GET', '/schedules/hourly'],
    ['PUT', '/schedules/hourly', hourly],
    ['DELETE', '/schedules/hourly'],
    ['POST', '/schedules/hourly/trigger'],
  ] as const) {
    const answer = await it.send(method, path, body);
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.text).not.toContain('drover.schedules');
  }
  const { type, payload } = hourly;
  expect((await it.api.submit({ type, payload })).status).toBe(202);
  await it.database.query('alter schema away rename to drover');
  expect((await it.api.ask('/schedules/hourly')).status).toBe(200);
});

test('without Redis nothing changes in Postgres either', async () => {
  await using redis = await startOwnRedis();
  await using it = await startScheduleApi({ REDIS_URL: redis.url });
  await it.put('hourly', hourly);
  await redis.stop();
  const answer = await it.put('other', hourly);
  expect(answer).toMatchObject(unavailable);
  expect(await it.database.query('select id from drover.schedules')).toEqual([{ id: 'hourly' }]);
  expect((await it.send('DELETE', '/schedules/hourly')).status).toBe(503);
  expect(await it.database.query('select id from drover.schedules')).toHaveLength(1);
  await redis.startAgain();
});

import { createCatalog } from '@drover/jobs/catalog';
import { createKeys } from '@drover/shared/keys';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { createQueueSet, type QueueSet } from '@drover/shared/queues/queue-set';
import { createRedis, redisComponent } from '@drover/shared/redis/connections';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { randomPrefix } from '../../../tests/servers/configuration.ts';
import { checkSchedule, type Schedule } from '../src/schedule.ts';
import { schedules } from '../src/schedules.ts';
import { syncSchedules } from '../src/sync.ts';

const log = silentLog();
const catalog = createCatalog({ production: false });
let queues: QueueSet;
let close: () => Promise<void>;

beforeEach(() => {
  const redis = createRedis({ url: inject('redisUrl'), purpose: 'worker', name: 'test', log });
  queues = createQueueSet({ redis, keys: createKeys(randomPrefix()), log });
  close = async () => {
    await queues.stop(deadlineIn(1_000));
    await redisComponent(redis).stop(deadlineIn(1_000));
  };
});
afterEach(() => close());

const nightly: Schedule = {
  id: 'nightly-echo',
  cron: '0 2 * * *',
  timezone: 'Europe/Berlin',
  type: 'demo.echo',
  payload: { value: 'night' },
};
const sync = (...list: Schedule[]) =>
  syncSchedules(
    list.map((schedule) => checkSchedule(schedule, catalog)),
    queues,
  );
const stored = () => queues.get('demo', 0).getJobSchedulers();

test('the declared schedules fit the catalog, and an empty list is in order', async () => {
  for (const schedule of schedules) checkSchedule(schedule, createCatalog({ production: true }));
  expect(await sync()).toEqual({ declared: 0, written: 0, pruned: 0 });
});

test('what is declared is written, what has changed is updated, what is gone is removed', async () => {
  await sync(nightly);
  expect(await stored()).toEqual([
    expect.objectContaining({ key: 'nightly-echo', pattern: '0 2 * * *', tz: 'Europe/Berlin' }),
  ]);
  await sync({ ...nightly, cron: '0 3 * * *' });
  expect(await stored()).toEqual([expect.objectContaining({ pattern: '0 3 * * *' })]);
  expect(await sync()).toEqual({ declared: 0, written: 0, pruned: 1 });
  expect(await stored()).toEqual([]);
});

test('synchronising twice, or at once from several processes, changes nothing', async () => {
  await Promise.all([sync(nightly), sync(nightly), sync(nightly)]);
  expect(await stored()).toHaveLength(1);
  expect(await queues.get('demo', 0).getDelayedCount()).toBe(1);
});

test('a schedule that is as it should be is left alone, so that no due job is taken away', async () => {
  expect(await sync(nightly)).toMatchObject({ written: 1 });
  const before = await stored();
  expect(await sync(nightly)).toEqual({ declared: 1, written: 0, pruned: 0 });
  expect(await stored()).toEqual(before);
  expect(await sync({ ...nightly, payload: { value: 'day' } })).toMatchObject({ written: 1 });
});

test.each([
  ['an unknown type', { type: 'demo.ecko' }, /"nightly-echo".*"demo.ecko".*"demo.echo"/],
  ['a payload that does not fit', { payload: { value: 1, more: 2 } }, /"nightly-echo"[\s\S]*more/],
])('a schedule with %s is refused, naming it', (_what, change, message) => {
  expect(() => checkSchedule({ ...nightly, ...change }, catalog)).toThrow(message);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { hourly, purge, type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';

let it: ScheduleApi;
beforeAll(async () => {
  it = await startScheduleApi();
});
afterAll(() => it[Symbol.asyncDispose]());

const waitsFor = async (id: string): Promise<number> =>
  (await it.place.queue.getJobScheduler(`acme/${id}`))?.next ?? 0;

/** Until the slot that it waits for has passed; nobody is there to fire it. */
const untilDue = async (id: string): Promise<number> => {
  const slot = await waitsFor(id);
  await expect.poll(() => Date.now(), { interval: 20, timeout: 5_000 }).toBeGreaterThan(slot);
  return slot;
};

test('putting what is there already leaves the slot that is due', async () => {
  const often = { every: '1s', type: 'demo.echo', payload: { value: 1 } };
  await it.put('often', often);
  const slot = await untilDue('often');
  expect((await it.put('often', often)).status).toBe(200);
  expect(await waitsFor('often')).toBe(slot);
  expect(await it.place.queue.getJob(`repeat:acme/often:${slot}`)).toBeDefined();
  await it.put('often', { ...often, payload: { value: 2 } });
  expect(await waitsFor('often')).toBeGreaterThan(slot);
});

test('a tenant keeps a schedule whose id is declared later, and can be rid of it', async () => {
  // As it was made before the other was declared.
  const { redis, keys } = it.api.queues;
  const declared = await redis.hget(keys.declaredSchedules, purge.id);
  await redis.hdel(keys.declaredSchedules, purge.id);
  expect((await it.put(purge.id, hourly)).status).toBe(201);
  await redis.hset(keys.declaredSchedules, purge.id, declared ?? '');

  const path = `/schedules/${purge.id}`;
  expect((await it.api.ask(path)).body).toMatchObject({ tenant: 'acme', declared: false });
  expect((await it.api.ask(path, { key: 'dev' })).body).toMatchObject({ declared: true });
  expect((await it.put(purge.id, { ...hourly, payload: { value: 2 } })).status).toBe(200);
  expect((await it.send('PATCH', path, { enabled: false })).body).toMatchObject({
    tenant: 'acme',
    enabled: false,
  });
  expect((await it.send('DELETE', path)).status).toBe(204);
  expect((await it.send('DELETE', path)).body.type).toBe('/problems/schedule-declared');
  expect((await it.api.ask(path)).status).toBe(404);
});

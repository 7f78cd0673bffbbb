import { readInstalled } from '@drover/jobs/schedules/install';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { keys } from './running-api.ts';
import { hourly, purge, type ScheduleApi, startScheduleApi } from './schedule-fixtures.ts';

let it: ScheduleApi;
beforeAll(async () => {
  it = await startScheduleApi();
});
afterAll(() => it[Symbol.asyncDispose]());
beforeEach(async () => {
  const { body } = await it.api.ask('/schedules');
  for (const { id } of body.items) await it.send('DELETE', `/schedules/${id}`);
});

const installed = (key: string) => readInstalled(it.place, key);

test('a schedule is made, shown in words with its next five slots, and is in BullMQ', async () => {
  const made = await it.put('hourly', hourly);
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe('/schedules/hourly');
  expect(made.body).toMatchObject({
    id: 'hourly',
    tenant: 'acme',
    declared: false,
    cron: '0 * * * *',
    every: null,
    timezone: 'Europe/Berlin',
    description: 'Every hour (Europe/Berlin)',
    type: 'demo.echo',
    payload: { value: 1 },
    options: null,
    overlap: 'allow',
    misfire: 'run-once',
    enabled: true,
    problem: null,
    runs: [],
    repairs: 0,
  });
  expect(made.body.next).toHaveLength(5);
  expect((await it.api.ask('/schedules/hourly')).body).toEqual(made.body);
  expect(await it.place.queue.getJobScheduler('acme/hourly')).toMatchObject({
    pattern: '0 * * * *',
    tz: 'Europe/Berlin',
    next: Date.parse(made.body.next[0]),
  });
});

test('putting it again replaces it: 200, and BullMQ has the new one', async () => {
  await it.put('hourly', hourly);
  const replaced = await it.put('hourly', {
    every: '10m',
    type: 'demo.echo',
    payload: { value: 2 },
  });
  expect(replaced).toMatchObject({
    status: 200,
    body: { cron: null, every: 600_000, timezone: 'UTC', description: 'Every 10 minutes' },
  });
  expect(await installed('acme/hourly')).toMatchObject({ timing: { every: 600_000 } });
  expect(await it.place.queue.getJobSchedulersCount()).toBe(1);
  expect(await it.place.queue.getDelayedCount()).toBe(1);
});

test('one that is disabled has no slots and is not in BullMQ, until it is enabled again', async () => {
  await it.put('hourly', { ...hourly, enabled: false });
  expect(await installed('acme/hourly')).toBeUndefined();
  expect((await it.api.ask('/schedules/hourly')).body).toMatchObject({ enabled: false, next: [] });
  const enabled = await it.send('PATCH', '/schedules/hourly', { enabled: true });
  expect(enabled).toMatchObject({ status: 200, body: { enabled: true } });
  expect(await installed('acme/hourly')).toBeDefined();
  await it.send('PATCH', '/schedules/hourly', { enabled: false });
  expect(await installed('acme/hourly')).toBeUndefined();
});

test('one that is deleted is gone from everywhere, and a second time it is 404', async () => {
  await it.put('hourly', hourly);
  expect((await it.send('DELETE', '/schedules/hourly')).status).toBe(204);
  expect(await installed('acme/hourly')).toBeUndefined();
  expect(await it.place.queue.getDelayedCount()).toBe(0);
  for (const method of ['GET', 'DELETE', 'PATCH']) {
    const { status, body } = await it.send(
      method,
      '/schedules/hourly',
      method === 'PATCH' ? { enabled: true } : undefined,
    );
    expect([status, body.type]).toEqual([404, '/problems/schedule-not-found']);
  }
});

test('the list is paged in the order of the ids', async () => {
  for (const id of ['b', 'a-1', 'c', 'a']) await it.put(id, hourly);
  const ids: string[] = [];
  for (let cursor = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await it.api.ask(`/schedules?limit=3${query}`);
    ids.push(...body.items.map((schedule: { id: string }) => schedule.id));
    cursor = body.nextCursor;
  }
  expect(ids).toEqual(['a', 'a-1', 'b', 'c']);
});

test('tenants do not see, change or trigger each other’s, and may use the same ids', async () => {
  await it.put('hourly', hourly);
  const other = { key: keys.other };
  expect((await it.api.ask('/schedules', other)).body.items).toEqual([]);
  for (const [method, path, body] of [
    ['GET', '/schedules/hourly'],
    ['PATCH', '/schedules/hourly', { enabled: false }],
    ['DELETE', '/schedules/hourly'],
    ['POST', '/schedules/hourly/trigger'],
  ] as const) {
    expect((await it.send(method, path, body, other)).status).toBe(404);
  }
  const theirs = { ...hourly, payload: { value: 'theirs' } };
  expect((await it.put('hourly', theirs, other)).status).toBe(201);
  expect((await it.api.ask('/schedules/hourly')).body.payload).toEqual({ value: 1 });
  await it.send('DELETE', '/schedules/hourly', undefined, other);
  expect(await installed('acme/hourly')).toBeDefined();
});

test('the declared ones are for operators: to read, to trigger, to disable and enable', async () => {
  const path = `/schedules/${purge.id}`;
  expect((await it.api.ask(path)).status).toBe(404);
  const keeper = { key: keys.keeper };
  expect((await it.api.ask('/schedules', keeper)).body.items).toMatchObject([
    { id: purge.id, tenant: 'system', declared: true, createdAt: null },
  ]);
  const admin = { key: 'dev' };
  expect((await it.send('PATCH', path, { enabled: false }, admin)).body.enabled).toBe(false);
  expect(await it.database.query('select id from drover.disabled_schedules')).toEqual([
    { id: purge.id },
  ]);
  expect(await installed(`system/${purge.id}`)).toBeUndefined();
  expect((await it.send('PATCH', path, { enabled: true }, admin)).body.enabled).toBe(true);
  expect(await it.database.query('select id from drover.disabled_schedules')).toEqual([]);
  expect(await installed(`system/${purge.id}`)).toBeDefined();
  const triggered = await it.send('POST', `${path}/trigger`, undefined, admin);
  expect(triggered).toMatchObject({
    status: 202,
    body: { type: 'maintenance.purge', tenant: 'system' },
  });
  await it.place.queue.removeJobScheduler(`system/${purge.id}`);
});

test('the declared ones cannot be written or deleted, not even by an admin', async () => {
  for (const key of [keys.acme, 'dev']) {
    for (const [method, body] of [['PUT', hourly], ['DELETE']] as const) {
      const answer = await it.send(method, `/schedules/${purge.id}`, body, { key });
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/schedule-declared' } });
    }
  }
});

test('a trigger submits the job now and notes the run', async () => {
  await it.put('hourly', { ...hourly, enabled: false, options: { priority: 1, tags: ['t'] } });
  const { status, headers, body } = await it.send('POST', '/schedules/hourly/trigger');
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/jobs/${body.id}`);
  expect(body).toMatchObject({ type: 'demo.echo', priority: 1, tags: ['t'], status: 'queued' });
  const [run] = (await it.api.ask('/schedules/hourly')).body.runs;
  expect(run).toMatchObject({
    trigger: 'manual',
    outcome: 'submitted',
    job: { id: body.id, status: 'queued', finishedAt: null, self: `/jobs/${body.id}` },
  });
});

test('a trigger with an Idempotency-Key happens once', async () => {
  await it.put('hourly', hourly);
  const init = { headers: { 'idempotency-key': 'now' } };
  const trigger = () => it.send('POST', '/schedules/hourly/trigger', undefined, init);
  const first = await trigger();
  const second = await trigger();
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(second.body.id).toBe(first.body.id);
  expect((await it.api.ask('/schedules/hourly')).body.runs).toHaveLength(1);
});

test('one whose type is there no longer says so, and cannot be triggered', async () => {
  await it.put('hourly', hourly);
  await it.database.query(`update drover.schedules set job = '{"type":"gone.type"}'`);
  expect((await it.api.ask('/schedules/hourly')).body.problem).toContain('gone.type');
  const answer = await it.send('POST', '/schedules/hourly/trigger');
  expect(answer).toMatchObject({ status: 409, body: { type: '/problems/schedule-unrunnable' } });
});

test('many writers of one schedule at once leave both stores with the same one', async () => {
  const values = Array.from({ length: 20 }, (_, n) => n);
  await Promise.all(values.map((value) => it.put('raced', { ...hourly, payload: { value } })));
  const { body } = await it.api.ask('/schedules/raced');
  expect(await installed('acme/raced')).toMatchObject({ job: { payload: body.payload } });
});

import { switchDeclared } from '@drover/jobs/schedules/table';
import { expect, test } from 'vitest';
import { hourly, nightly, openReconcilers } from './running-reconciler.ts';

const nothing = { restored: 0, updated: 0, pruned: 0, repaired: 0, overdue: 0, failed: 0 };

test('what is declared and what Postgres has is written to BullMQ, what is disabled is not', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.keep({ ...hourly, id: 'paused' }, false);
  expect(await them.round({ declared: [nightly] })).toEqual({
    ...nothing,
    schedules: 2,
    restored: 2,
    complete: true,
  });
  expect(await them.installed()).toEqual(['acme/hourly', 'system/nightly-echo']);
  expect(await them.waitsFor('system/nightly-echo')).toMatchObject({ isThere: true });
});

test('a second round changes nothing, nor do rounds of many processes at once', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await Promise.all(Array.from({ length: 5 }, () => them.round({ declared: [nightly] })));
  expect(await them.installed()).toEqual(['acme/hourly', 'system/nightly-echo']);
  expect(await them.place.queue.getDelayedCount()).toBe(2);
  const before = await them.place.queue.getJobSchedulers();
  const report = await them.round({ declared: [nightly] });
  expect(report).toEqual({ ...nothing, schedules: 2, complete: true });
  expect(await them.place.queue.getJobSchedulers()).toEqual(before);
});

test('what has changed is updated, what is gone or disabled is removed', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.keep({ ...hourly, id: 'other' });
  await them.round({ declared: [nightly] });
  await them.keep({ ...hourly, job: { type: 'demo.echo', payload: { value: 2 } } });
  await them.remove({ ...hourly, id: 'other' });
  expect(await them.round()).toMatchObject({ updated: 1, pruned: 2 });
  expect(await them.installed()).toEqual(['acme/hourly']);
  const [scheduler] = await them.place.queue.getJobSchedulers();
  expect(scheduler?.template?.data).toMatchObject({
    definition: { job: { payload: { value: 2 } } },
  });
});

test('a payload comes through Postgres as it was: order, escapes, null', async () => {
  await using them = await openReconcilers();
  const payload = { value: { z: 1, a: [null, 'ü\u0000\u2028'], 2: 'x', 1: 'y' } };
  await them.keep({ ...hourly, job: { type: 'demo.echo', payload } });
  await them.round();
  const [scheduler] = await them.place.queue.getJobSchedulers();
  expect(JSON.stringify(scheduler?.template?.data.definition.job.payload)).toBe(
    JSON.stringify(payload),
  );
  expect(await them.round()).toMatchObject(nothing);
});

test('a Redis that has lost its memory gets all of them back', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.round({ declared: [nightly] });
  const { redis, keys } = them.place;
  await redis.del(await redis.keys(`${keys.partition(0)}*`));
  expect(await them.installed()).toEqual([]);
  expect(await them.round({ declared: [nightly] })).toMatchObject({ restored: 2 });
  expect(await them.installed()).toEqual(['acme/hourly', 'system/nightly-echo']);
});

test('a declared schedule that an operator has switched off stays off', async () => {
  await using them = await openReconcilers();
  await switchDeclared(them.pool, 'nightly-echo', false);
  await them.round({ declared: [nightly] });
  expect(await them.installed()).toEqual([]);
  await switchDeclared(them.pool, 'nightly-echo', true);
  expect(await them.round({ declared: [nightly] })).toMatchObject({ restored: 1 });
});

test('while Postgres is away the declared ones are looked after, and nothing else is touched', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  const other = { ...nightly, id: 'switched-off' };
  await switchDeclared(them.pool, 'switched-off', false);
  const round = them.process({ declared: [nightly, other] });
  await round();
  await them.database.query('alter schema drover rename to away');
  await them.place.queue.removeJobScheduler('system/nightly-echo');
  expect(await round()).toMatchObject({ restored: 1, pruned: 0, complete: false, failed: 0 });
  expect(await them.installed()).toEqual(['acme/hourly', 'system/nightly-echo']);
  await them.database.query('alter schema away rename to drover');
  expect(await round()).toMatchObject({ ...nothing, complete: true });
});

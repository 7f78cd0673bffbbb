import { installSchedule } from '@drover/jobs/schedules/install';
import { repeatKey } from '@drover/jobs/schedules/place';
import { nextSlot } from '@drover/jobs/schedules/slots';
import { expect, test } from 'vitest';
import { hourly, logged, openReconcilers, type Reconcilers } from './running-reconciler.ts';

const hourMs = 3_600_000;
const key = 'acme/hourly';

const repairs = ({ place }: Reconcilers) => place.redis.hget(place.keys.scheduleRepairs, key);

/** Makes a schedule wait for that slot, with or without the job that is to fire it. */
const setBack = async ({ place }: Reconcilers, slot: number, withJob: boolean) => {
  const { next = 0 } = (await place.queue.getJobScheduler(key)) ?? {};
  const { redis, keys } = place;
  const from = `${repeatKey(keys, key)}:${next}`;
  if (withJob) await redis.rename(from, `${repeatKey(keys, key)}:${slot}`);
  else await place.queue.remove(`repeat:${key}:${next}`).catch(() => redis.del(from));
  await redis.zadd(repeatKey(keys), slot, key);
};

test('one whose job was taken away is armed again, counted and logged', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.round();
  const { next } = await them.waitsFor(key);
  await them.place.redis.del(`${repeatKey(them.place.keys, key)}:${next}`);
  const warn = logged(them.log, 'warn');
  expect(await them.round()).toMatchObject({ repaired: 1 });
  expect(await them.waitsFor(key)).toEqual({ next, isThere: true });
  expect(await repairs(them)).toBe('1');
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ schedule: key }),
    expect.stringContaining('silent'),
  );
});

test('one that fell silent at a slot that has passed hands that slot to the workers', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.round();
  const missed = (nextSlot(hourly.timing, Date.now()) ?? 0) - 2 * hourMs;
  await setBack(them, missed, false);
  expect(await them.round()).toMatchObject({ repaired: 1 });
  const late = await them.place.queue.getJob(`late/${key}/${missed}`);
  expect(late?.data).toEqual({ schedule: key, slot: missed });
  expect(await them.waitsFor(key)).toEqual({
    next: nextSlot(hourly.timing, Date.now()),
    isThere: true,
  });
});

test('one that is due and waits for a worker is reported and left alone', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.round();
  const missed = (nextSlot(hourly.timing, Date.now()) ?? 0) - 2 * hourMs;
  await setBack(them, missed, true);
  expect(await them.round()).toMatchObject({ repaired: 0, overdue: 1 });
  expect(await repairs(them)).toBeNull();
});

test('after a clock that was an hour ahead, it waits for its next slot again', async () => {
  await using them = await openReconcilers();
  const often = { ...hourly, timing: { cron: '*/5 * * * *', timezone: 'UTC' } };
  await them.keep(often);
  await them.round();
  const right = nextSlot(often.timing, Date.now()) ?? 0;
  await setBack(them, right + hourMs, true);
  expect(await them.round()).toMatchObject({ repaired: 1 });
  const { next } = await them.waitsFor(key);
  expect(next).toBeLessThan(Date.now() + 600_000);
});

test('a process whose own clock jumps back or ahead by an hour breaks nothing', async () => {
  await using them = await openReconcilers();
  await them.keep({ ...hourly, timing: { cron: '30 2 * * *', timezone: 'Europe/Berlin' } });
  let jump = 0;
  const round = them.process({ now: () => Date.now() + jump });
  await round();
  const before = await them.waitsFor(key);
  for (const ms of [hourMs, 0, -hourMs, 0]) {
    jump = ms;
    await round();
    const { next, isThere } = await them.waitsFor(key);
    expect(isThere).toBe(true);
    expect(next).toBe(before.next);
  }
});

test('one that cannot be written is counted, and does not keep the others', async () => {
  await using them = await openReconcilers();
  await them.keep(hourly);
  await them.keep({ ...hourly, id: 'other' });
  // A job of that very slot is there, in a state that BullMQ does not touch.
  await installSchedule(them.place, hourly);
  const { next } = await them.waitsFor(key);
  const { redis, keys } = them.place;
  await redis.zrem(repeatKey(keys), key);
  await redis.zrem(keys.inQueue('schedules', 0, 'delayed'), `repeat:${key}:${next}`);
  expect(await them.round()).toMatchObject({ restored: 1, failed: 1 });
});

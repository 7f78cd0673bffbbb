import { scheduleKey } from '@drover/jobs/schedules/definition';
import { misfireToleranceMs } from '@drover/jobs/schedules/fire';
import { uninstallSchedule } from '@drover/jobs/schedules/install';
import { closeRun, runName } from '@drover/jobs/schedules/runs';
import { type JobAddress, parseJobId, submittedAt } from '@drover/shared/job-id';
import { expect, test } from 'vitest';
import { endJob, noon, openSchedules } from './running-schedules.ts';

const hourMs = 3_600_000;

test('a slot submits the job of its schedule, for the tenant, with the slot in its id', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({
    job: { type: 'demo.echo', payload: { value: 1 }, options: { priority: 2, tags: ['x'] } },
  });
  schedules.clock = noon + 12;
  const run = await schedules.fire(schedule);
  expect(run).toMatchObject({ outcome: 'submitted', slot: noon, at: noon + 12, open: true });
  expect(submittedAt(run?.job ?? '')).toBe(noon);
  const job = await schedules.queues.read(parseJobId(run?.job ?? '') as JobAddress);
  expect(job).toMatchObject({
    name: 'demo.echo',
    priority: 2,
    data: { tenant: 'acme', payload: { value: 1 }, tags: ['x'] },
  });
});

test('a slot that is fired again, or by many at once, has one job and one run', async () => {
  await using schedules = await openSchedules(3);
  const schedule = await schedules.install({ overlap: 'skip' });
  await Promise.all(Array.from({ length: 20 }, () => schedules.fire(schedule)));
  await schedules.fire(schedule);
  expect(await schedules.countJobs()).toBe(1);
  expect(await schedules.runs(schedule)).toHaveLength(1);
});

test('whoever died between the decision and the job is followed by one who submits it', async () => {
  await using schedules = await openSchedules(3);
  const schedule = await schedules.install({ overlap: 'skip' });
  const first = await schedules.fire(schedule);
  const { queue, partition } = parseJobId(first?.job ?? '') as JobAddress;
  const { redis, keys } = schedules.queues;
  // As if it had died before: nothing but the decision is there.
  await schedules.queues.get(queue, partition).obliterate({ force: true });
  const records = await redis.keys(`${keys.partition(partition)}:idempotency:*`);
  await redis.del(...records);
  expect(await schedules.countJobs()).toBe(0);
  expect(await schedules.fire(schedule)).toMatchObject({ job: first?.job });
  expect(await schedules.countJobs()).toBe(1);
});

test('a slot whose job is over and gone is not done again', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install();
  const run = await schedules.fire(schedule);
  const { queue, partition } = parseJobId(run?.job ?? '') as JobAddress;
  await schedules.queues.get(queue, partition).obliterate({ force: true });
  await schedules.fire(schedule);
  expect(await schedules.countJobs()).toBe(0);
});

test('a schedule that was deleted or disabled meanwhile is not fired', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install();
  await uninstallSchedule(schedules.place, scheduleKey(schedule), { forget: true });
  expect(await schedules.fire(schedule)).toBeUndefined();
  expect(await schedules.countJobs()).toBe(0);
});

test('overlap skip: no job while the one before has not ended, then again', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({ overlap: 'skip' });
  const first = await schedules.fire(schedule);
  schedules.clock += hourMs;
  const second = await schedules.fire(schedule, noon + hourMs);
  expect(second).toMatchObject({ outcome: 'skipped', reason: expect.stringMatching(/not ended/) });
  expect(second?.job).toBeUndefined();
  await endJob(schedules.queues, first?.job ?? '');
  schedules.clock += hourMs;
  expect(await schedules.fire(schedule, noon + 2 * hourMs)).toMatchObject({ outcome: 'submitted' });
});

test('overlap skip: a run that is still open is remembered however many slots are skipped', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({ overlap: 'skip' });
  await schedules.fire(schedule);
  for (let n = 1; n <= 30; n += 1) {
    schedules.clock = noon + n * hourMs;
    const run = await schedules.fire(schedule, noon + n * hourMs);
    expect(run?.outcome).toBe('skipped');
  }
  const runs = await schedules.runs(schedule);
  expect(runs).toHaveLength(11);
  expect(runs[0]).toMatchObject({ slot: noon, outcome: 'submitted' });
});

test('overlap allow: every slot has its job', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install();
  for (let n = 0; n < 3; n += 1) await schedules.fire(schedule, noon + n * hourMs);
  expect(await schedules.countJobs()).toBe(3);
});

test.each([
  ['run-once', 'submitted'],
  ['skip', 'skipped'],
] as const)('misfire %s: a slot that is found too late is %s', async (misfire, outcome) => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({ misfire });
  schedules.clock = noon + misfireToleranceMs;
  expect(await schedules.fire(schedule)).toMatchObject({ outcome: 'submitted' });
  schedules.clock = noon + hourMs + misfireToleranceMs + 1;
  expect(await schedules.fire(schedule, noon + hourMs)).toMatchObject({ outcome });
});

test('a type that is gone is refused and said, and runs again when it is back', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install();
  schedules.useTypes([]);
  expect(await schedules.fire(schedule)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('demo.echo'),
  });
  expect(await schedules.countJobs()).toBe(0);
  await using others = await openSchedules();
  schedules.parts.catalog = others.parts.catalog;
  expect(await schedules.fire(schedule, noon + hourMs)).toMatchObject({ outcome: 'submitted' });
});

test('a payload that does not fit any more is refused', async () => {
  await using schedules = await openSchedules();
  const job = { type: 'demo.echo', payload: { nothing: 1 } };
  const schedule = await schedules.install({ job });
  expect(await schedules.fire(schedule)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringMatching(/payload/),
  });
});

test('a client’s schedule cannot submit an internal type, a declared one can', async () => {
  await using schedules = await openSchedules();
  const job = { type: 'maintenance.purge', payload: {} };
  const theirs = await schedules.install({ job });
  expect(await schedules.fire(theirs)).toMatchObject({ outcome: 'refused' });
  const ours = await schedules.install({ job, tenant: 'system', id: 'purge', declared: true });
  expect(await schedules.fire(ours)).toMatchObject({ outcome: 'submitted' });
});

test('a dedupe key that stands for another job: the run shows that one', async () => {
  await using schedules = await openSchedules();
  const options = { dedupe: { key: 'one' } };
  const schedule = await schedules.install({
    job: { type: 'demo.echo', payload: { value: 1 }, options },
  });
  const first = await schedules.fire(schedule);
  await schedules.fire(schedule, noon + hourMs);
  const runs = await schedules.runs(schedule);
  expect(runs.map(({ job }) => job)).toEqual([first?.job, first?.job]);
});

test('how a job ended is kept with its run, and only while the run is', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install();
  const run = await schedules.fire(schedule);
  const of = { schedule: scheduleKey(schedule), run: run ? runName(run) : '' };
  await closeRun(schedules.queues, of, { status: 'failed', endedAt: noon + 5 });
  expect(await schedules.runs(schedule)).toMatchObject([
    { open: false, status: 'failed', endedAt: noon + 5 },
  ]);
  await closeRun(schedules.queues, { ...of, run: '1' }, { status: 'failed' });
  expect(await schedules.runs(schedule)).toHaveLength(1);
});

test('a clock that is set back fires no slot twice', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({ timing: { every: 60_000 } });
  const slots = Array.from({ length: 60 }, (_, n) => noon + n * 60_000);
  for (const slot of [...slots, ...slots]) {
    schedules.clock = slot;
    await schedules.fire(schedule, slot);
  }
  expect(await schedules.countJobs()).toBe(60);
});

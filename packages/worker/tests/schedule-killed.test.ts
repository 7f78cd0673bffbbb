import { setTimeout as sleep } from 'node:timers/promises';
import { scheduleKey } from '@drover/jobs/schedules/definition';
import { installSchedule } from '@drover/jobs/schedules/install';
import { createSchedulePlace } from '@drover/jobs/schedules/place';
import { readRuns } from '@drover/jobs/schedules/runs';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { silentLog } from '@drover/shared/log';
import { expect, test, vi } from 'vitest';
import { hourly } from './running-schedules.ts';
import { workerProcesses } from './worker-processes.ts';

/** Schedules that are all due in one second of the day, and then not before tomorrow. */
const count = 300;

const dailyAt = (ms: number) => {
  const at = new Date(ms);
  return {
    cron: `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`,
    timezone: 'UTC',
  };
};

test('workers that are killed at the slot lose none and double none', async () => {
  await using workers = await workerProcesses();
  const { redis, keys } = workers.queues;
  const place = createSchedulePlace({ redis, keys, log: silentLog() });
  const doomed = await workers.start();
  const slot = Math.ceil((Date.now() + 4_000) / 1_000) * 1_000;
  const schedules = Array.from({ length: count }, (_, n) => ({
    ...hourly,
    id: `at-${n}`,
    timing: dailyAt(slot),
    overlap: 'skip' as const,
    job: { type: 'here.echo', payload: 'due' },
  }));
  await Promise.all(schedules.map((it) => installSchedule(place, it)));
  const delayed = await place.queue.getDelayedCount();
  expect(delayed).toBe(count);

  // In the midst of it: some slots are done, some are claimed, some wait.
  await sleep(slot + 60 - Date.now());
  doomed.child.kill('SIGKILL');
  await doomed.ended;
  await workers.start();

  const firedAll = async () => {
    const all = await Promise.all(schedules.map((it) => readRuns(workers.queues, scheduleKey(it))));
    const runs = all.map(({ byName }) => [...byName.values()]);
    expect(runs.filter((some) => some.length === 1)).toHaveLength(count);
    return runs.flat();
  };
  const runs = await vi.waitFor(firedAll, { timeout: 60_000, interval: 200 });
  expect(new Set(runs.map((run) => run.slot))).toEqual(new Set([slot]));
  // A slot is decided before its job is added: the last ones may be on their way.
  const added = () => Promise.all(runs.map(({ job = '' }) => workers.read(job)));
  await vi.waitFor(added, { timeout: 20_000, interval: 200 });
  const ends = await Promise.all(runs.map(({ job = '' }) => workers.end(job)));
  expect(ends.filter(({ place: it }) => it === 'completed')).toHaveLength(count);
  const { completed } = await workers.queues.get('demo', 0).getJobCounts('completed');
  expect(completed).toBe(count);
  // Each waits for tomorrow.
  await vi.waitFor(async () => expect(await place.queue.getDelayedCount()).toBe(count), {
    timeout: 20_000,
  });
  await place.component.stop(deadlineIn(1_000));
}, 120_000);

import { scheduleKey } from '@drover/jobs/schedules/definition';
import { nextSlot } from '@drover/jobs/schedules/slots';
import { deadlineIn } from '@drover/shared/lifecycle/deadline';
import { afterEach, expect, test, vi } from 'vitest';
import { scheduleWorker } from '../src/schedules/schedule-worker.ts';
import { openSchedules, type Schedules } from './running-schedules.ts';

const hourMs = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Workers on a clock of their own, which may jump. */
const startWorkers = async (schedules: Schedules, count: number) => {
  const { queues, parts } = schedules;
  const workers = Array.from({ length: count }, (_, n) =>
    scheduleWorker({ ...parts, now: Date.now, redis: queues.redis, worker: `test:${n}` }),
  );
  await Promise.all(workers.map((worker) => worker.start()));
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.stop(deadlineIn(5_000))));
    },
  };
};

const untilRuns = (
  schedules: Schedules,
  schedule: Parameters<Schedules['runs']>[0],
  count: number,
) =>
  vi.waitFor(
    async () => {
      const runs = await schedules.runs(schedule);
      expect(runs.length).toBeGreaterThanOrEqual(count);
      return runs;
    },
    { timeout: 18_000, interval: 50 },
  );

test('slot after slot is fired, each once, however many workers there are', async () => {
  await using schedules = await openSchedules();
  const schedule = await schedules.install({ timing: { every: 1_000 } });
  await using _ = await startWorkers(schedules, 3);
  const runs = await untilRuns(schedules, schedule, 3);
  const [first] = runs;
  for (const [n, run] of runs.entries()) expect(run.slot).toBe((first?.slot ?? 0) + n * 1_000);
  expect(new Set(runs.map(({ job }) => job)).size).toBe(runs.length);
});

test('a clock that jumps an hour ahead and back again fires no slot twice', async () => {
  await using schedules = await openSchedules();
  let jump = 0;
  const clock = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => clock() + jump);
  const schedule = await schedules.install();
  const due = nextSlot(schedule.timing, Date.now()) ?? 0;
  await using _ = await startWorkers(schedules, 1);
  jump = hourMs;
  expect(await untilRuns(schedules, schedule, 1)).toMatchObject([{ slot: due }]);
  jump = 0;
  // What the reconciler does when it finds it out of step.
  await schedules.install();
  const key = scheduleKey(schedule);
  expect(await schedules.place.queue.getJobScheduler(key)).toMatchObject({ next: due });
  await schedules.fire(schedule, due);
  expect(await schedules.countJobs()).toBe(1);
});

import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { CheckedSchedule } from './schedule.ts';
import { syncSchedules } from './sync.ts';

/** How often the schedules in Redis are compared with the declared ones. */
const reconcileEveryMs = 60_000;

/** Keeps the schedules in Redis true: at start, and again every minute. */
export const reconciler = (options: {
  schedules: readonly CheckedSchedule[];
  queues: QueueSet;
  log: Log;
}): Component => {
  const { schedules, queues, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const reconcile = async () => {
    const report = await syncSchedules(schedules, queues);
    const hasChanged = report.written + report.pruned > 0;
    log[hasChanged ? 'info' : 'debug'](report, 'schedules synchronised');
  };

  return {
    name: 'reconciler',
    start: async () => {
      await reconcile();
      timer = setInterval(() => {
        running = reconcile().catch((err: Error) => {
          log.warn(
            { reason: err.message },
            'schedules were not synchronised; trying again in a minute',
          );
        });
      }, reconcileEveryMs);
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
};

import type { ScheduleDefinition } from '@drover/jobs/schedules/definition';
import { scheduleKey } from '@drover/jobs/schedules/definition';
import { readRuns } from '@drover/jobs/schedules/runs';
import type { Keys } from '@drover/shared/keys';
import type { Metrics } from '@drover/shared/metrics/metrics';
import type { RedisClient } from '@drover/shared/redis/client';
import type { ReconcileReport } from '../schedules/reconcile.ts';
import { schedulerMetrics, systemMetrics } from './definitions.ts';

export interface ScheduleParts {
  readonly redis: RedisClient;
  readonly keys: Keys;
  /** The schedules that stand in the code. Those of tenants may be thousands. */
  readonly declared: readonly ScheduleDefinition[];
}

const changes = ['restored', 'updated', 'pruned', 'repaired', 'failed'] as const;

/** What the runs in Redis and the repairs tell of the schedules. */
export const measureSchedules = (
  metrics: Metrics,
  { redis, keys, declared }: ScheduleParts,
): void => {
  const lastFire = metrics.gauge(systemMetrics.lastFire);
  const repairs = metrics.counter(systemMetrics.scheduleRepairs);
  metrics.onScrape({
    name: 'schedules',
    sets: [lastFire, repairs],
    collect: async () => {
      const counts = await redis.hvals(keys.scheduleRepairs);
      repairs.inc(counts.reduce((sum, count) => sum + Number(count), 0));
      for (const schedule of declared) {
        const { byName } = await readRuns({ redis, keys }, scheduleKey(schedule));
        const fired = [...byName.values()]
          .filter(({ trigger }) => trigger === 'clock')
          .map(({ at }) => at);
        if (fired.length > 0) lastFire.set({ schedule: schedule.id }, Math.max(...fired) / 1_000);
      }
    },
  });
};

/** @returns what is to be told of each round of the reconciler. */
export const measureRounds = (metrics: Metrics): ((report: ReconcileReport) => void) => {
  const schedules = metrics.gauge(schedulerMetrics.schedules);
  const changed = metrics.counter(schedulerMetrics.changes);
  const reconciledAt = metrics.gauge(schedulerMetrics.reconciledAt);
  // Until there is a first round, this is when one was to come: silence counts from there.
  reconciledAt.setToCurrentTime();
  for (const change of changes) changed.inc({ change }, 0);
  return (report) => {
    reconciledAt.setToCurrentTime();
    schedules.set({ state: 'enabled' }, report.schedules);
    schedules.set({ state: 'overdue' }, report.overdue);
    for (const change of changes) changed.inc({ change }, report[change]);
  };
};

import { createCatalog } from '@drover/jobs/catalog';
import type { Config } from '@drover/shared/config';
import { createReadiness } from '@drover/shared/health/readiness';
import { processHealthServer } from '@drover/shared/health/server';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createQueueSet } from '@drover/shared/queues/queue-set';
import { createStores } from '@drover/shared/stores';
import { reconciler } from './reconciler.ts';
import { checkSchedule } from './schedule.ts';
import { schedules } from './schedules.ts';

/** The scheduler process, put together: its components in the order in which they start. */
export const composeScheduler = (config: Config, log: Log): readonly Component[] => {
  const readiness = createReadiness();
  const stores = createStores('scheduler', config, log);
  const queues = createQueueSet({ redis: stores.redis, keys: stores.keys, log });
  const catalog = createCatalog({ production: config.production });

  return [
    ...stores.components,
    processHealthServer(config, {
      port: config.ports.scheduler,
      variable: 'SCHEDULER_PORT',
      checks: stores.checks,
      readiness: readiness.check,
    }),
    queues,
    reconciler({
      schedules: schedules.map((schedule) => checkSchedule(schedule, catalog)),
      queues,
      log,
    }),
    readiness.component,
  ];
};

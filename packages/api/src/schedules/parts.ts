import type { Catalog } from '@drover/jobs/catalog';
import type { WebhookIntake } from '@drover/jobs/webhooks/attach';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { JobStore } from '../jobs/store.ts';
import type { Throttle } from '../throttling/throttle.ts';
import type { ScheduleStore } from './store.ts';

/** What the routes of the schedules need. */
export interface ScheduleRouteParts {
  catalog: Catalog;
  schedules: ScheduleStore;
  store: JobStore;
  queues: QueueSet;
  throttle: Throttle;
  webhooks: WebhookIntake;
  /** How many partitions new jobs are spread over. */
  partitions: number;
}

import type { Catalog } from '@drover/jobs/catalog';
import type { WebhookIntake } from '@drover/jobs/webhooks/attach';
import type { WebhookDirectory } from '@drover/jobs/webhooks/directory';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Throttle } from '../throttling/throttle.ts';

/** What the routes of webhooks need of the process. */
export interface WebhookRouteParts {
  catalog: Catalog;
  queues: QueueSet;
  partitions: number;
  throttle: Throttle;
  directory: WebhookDirectory;
  webhooks: WebhookIntake;
  /** How long an earlier secret stays in use, in milliseconds. */
  secretOverlapMs: number;
}

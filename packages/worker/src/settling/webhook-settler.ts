import type { WebhookTask } from '@drover/jobs/settling/tasks';
import { notifyOfJob } from '@drover/jobs/webhooks/notify';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Settler } from './settlers.ts';

/** Adds the deliveries that tell of a job's end. */
export const webhookSettler =
  (queues: QueueSet): Settler<WebhookTask> =>
  (task, ended) =>
    notifyOfJob(queues, task, ended);

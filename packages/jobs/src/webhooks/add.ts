import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import { addJobs } from '../adding/add-jobs.ts';
import type { WebhookEvent } from '../contract/webhook.ts';
import { type QueuedJob, toQueuedJob } from '../record/queued-job.ts';
import { webhookDeliver } from '../webhook-deliver.ts';
import { logDelivery } from './log.ts';
import type { WebhookPayload } from './payload.ts';

/** Where an event goes: to a registered endpoint, or to a URL. */
export type DeliveryTarget = { endpoint: string } | { url: string };

/** An event for one endpoint. */
export interface NewDelivery {
  tenant: string;
  webhookId: string;
  target: DeliveryTarget;
  body: WebhookEvent;
  /** Id of the job or workflow that it tells of. */
  source?: string | undefined;
  replayOf?: string | undefined;
  isTest?: boolean;
  /** Requests in all; default as the job type has it. */
  attempts?: number;
  /** What it is a part of. */
  trace?: TraceContext | undefined;
  partition: number;
  /** Makes the same delivery again when it is added again; without it, each is another. */
  derive?: { seed: string; at: number };
}

const toJob = (delivery: NewDelivery): QueuedJob => {
  const { tenant, webhookId, target, body, source, replayOf, attempts, partition, derive } =
    delivery;
  const payload: WebhookPayload = {
    webhookId,
    ...target,
    ...(source !== undefined && { source }),
    ...(replayOf !== undefined && { replayOf }),
    ...(delivery.isTest && { isTest: true }),
    body,
  };
  const options = attempts === undefined ? undefined : { attempts };
  return toQueuedJob(
    { type: webhookDeliver, tenant, payload, options, trace: delivery.trace },
    {
      partitions: 1,
      derive: {
        // By chance, where nothing is to be met again.
        seed: derive?.seed ?? crypto.randomUUID(),
        at: derive?.at ?? Date.now(),
        partition,
      },
    },
  );
};

const listed = (
  { id }: QueuedJob,
  { webhookId, target, body, source, replayOf }: NewDelivery,
): Parameters<typeof logDelivery>[2] => ({
  id,
  webhookId,
  event: body.type,
  endpoint: 'endpoint' in target ? target.endpoint : undefined,
  url: 'url' in target ? target.url : undefined,
  source,
  replayOf,
});

/**
 * Adds deliveries: first to the log, so that none is under way unseen. Added again, all is as it was.
 * @returns the jobs that deliver them.
 * @throws Redis errors: then some may have been added.
 */
export const addDeliveries = async (
  queues: QueueSet,
  deliveries: readonly NewDelivery[],
): Promise<readonly QueuedJob[]> => {
  const jobs = deliveries.map(toJob);
  await Promise.all(
    deliveries.map((delivery, n) => {
      const job = jobs[n] as QueuedJob;
      const { tenant, partition } = delivery;
      return logDelivery(queues, tenant, listed(job, delivery), { partition, at: job.timestamp });
    }),
  );
  for (const added of await addJobs(
    queues,
    jobs.map((job) => ({ job })),
  )) {
    if (added.outcome === 'failed') throw added.error;
  }
  return jobs;
};

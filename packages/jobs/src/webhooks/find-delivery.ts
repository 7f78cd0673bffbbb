import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { DeliveryAttempt } from '../contract/webhook.ts';
import { jobEnvelope } from '../record/envelope.ts';
import { readAttempts } from './attempts.ts';
import { deliveryQueue } from './log.ts';
import { type WebhookPayload, webhookPayload } from './payload.ts';

/** A delivery of a tenant, with all that is known of it. */
export interface FoundDelivery {
  address: JobAddress;
  job: StoredJob;
  payload: WebhookPayload;
  history: readonly DeliveryAttempt[];
}

/** @returns undefined when there is no such delivery (any more), or it is another tenant's. */
export const findDelivery = async (
  queues: QueueSet,
  id: string,
  tenant: string,
): Promise<FoundDelivery | undefined> => {
  const address = parseJobId(id);
  if (address?.queue !== deliveryQueue) return undefined;
  const [job, history] = await Promise.all([queues.read(address), readAttempts(queues, address)]);
  const envelope = job && jobEnvelope.safeParse(job.data).data;
  if (!job || envelope?.tenant !== tenant) return undefined;
  const payload = webhookPayload.safeParse(envelope.payload).data;
  return payload && { address, job, payload, history };
};

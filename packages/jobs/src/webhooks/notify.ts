import { derivedJobId, type JobAddress, submittedAt } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { WebhookEvent } from '../contract/webhook.ts';
import { type WebhookTask, webhookTask } from '../settling/tasks.ts';
import { workflowKey } from '../workflows/place.ts';
import { readSummaries } from '../workflows/read.ts';
import { toSummary } from '../workflows/summary.ts';
import { addDeliveries, type DeliveryTarget } from './add.ts';
import { webhookBody } from './body.ts';
import { listEndpoints } from './endpoints.ts';
import { wantsEvent } from './interest.ts';
import { type JobEnd, jobEndEvent } from './job-end.ts';
import { deliveryQueue } from './log.ts';

/** What has ended, and which end of it that was. */
interface Occasion {
  source: Pick<JobAddress, 'id' | 'partition'>;
  round: number;
}

const deriveFrom = ({ source, round }: Occasion, what: string) => ({
  seed: `${source.id}\n${round}\n${what}`,
  at: round || (submittedAt(source.id) ?? 0),
});

/** The `webhook-id`: the same for every endpoint that is told of this end, however often. */
const webhookIdOf = (occasion: Occasion): string => {
  const { partition } = occasion.source;
  return `msg_${derivedJobId(deliveryQueue, partition, deriveFrom(occasion, 'webhook')).slice(-26)}`;
};

/** Whom to tell: the endpoints as they are by now, of those that were there when it was submitted. */
const targetsOf = async (
  queues: QueueSet,
  { tenant, type, url, events, endpoints }: WebhookTask,
  event: string,
  isJob: boolean,
): Promise<DeliveryTarget[]> => {
  const isWanted = url !== undefined && (events === undefined || events.includes(event));
  const own: DeliveryTarget[] = isWanted ? [{ url }] : [];
  if (!endpoints) return own;
  const known = await listEndpoints(queues, tenant);
  const told = known.filter(
    (endpoint) =>
      endpoints.includes(endpoint.id) && wantsEvent(endpoint, event, isJob ? type : undefined),
  );
  return [...own, ...told.map(({ id }) => ({ endpoint: id }))];
};

const nameOf = (target: DeliveryTarget): string =>
  'endpoint' in target ? target.endpoint : 'own url';

const deliver = async (
  queues: QueueSet,
  { tenant, trace }: WebhookTask,
  occasion: Occasion,
  body: WebhookEvent,
  targets: readonly DeliveryTarget[],
): Promise<void> => {
  const { source } = occasion;
  const webhookId = webhookIdOf(occasion);
  await addDeliveries(
    queues,
    targets.map((target) => ({
      tenant,
      webhookId,
      target,
      body,
      source: source.id,
      trace,
      partition: source.partition,
      derive: deriveFrom(occasion, `${body.type} ${nameOf(target)}`),
    })),
  );
};

/**
 * Adds the deliveries of a job's end, under ids that are derived from it: done again, there are no more
 * of them.
 * @throws Redis errors.
 */
export const notifyOfJob = async (
  queues: QueueSet,
  task: WebhookTask,
  end: JobEnd,
): Promise<void> => {
  const body = await jobEndEvent(queues, end, task);
  const targets = await targetsOf(queues, task, body.type, true);
  await deliver(queues, task, { source: end.address, round: end.round }, body, targets);
};

/** The same of a workflow's end. A workflow that was resumed meanwhile is told of when it ends again. */
export const notifyOfWorkflow = async (queues: QueueSet, workflow: JobAddress): Promise<void> => {
  const json = await queues.redis.hget(workflowKey(queues.keys, workflow), 'webhook');
  if (json === null) return;
  const [summary] = await readSummaries(queues, [workflow]);
  if (!summary || summary.status === 'running') return;
  const task = webhookTask.parse(JSON.parse(json));
  const data = toSummary(summary);
  const type = `workflow.${summary.status}` as const;
  const timestamp = data.finishedAt ?? new Date().toISOString();
  const body = webhookBody({ type, timestamp, data }, { large: [] });
  const targets = await targetsOf(queues, task, type, false);
  const occasion = { source: workflow, round: summary.finishedAt ?? 0 };
  await deliver(queues, task, occasion, body, targets);
};

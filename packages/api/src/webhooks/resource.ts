import type {
  Delivery,
  DeliverySummary,
  Endpoint,
  WebhookSecret,
} from '@drover/jobs/contract/webhook';
import { decodeFailure } from '@drover/jobs/record/failure';
import type { StoredEndpoint } from '@drover/jobs/webhooks/endpoints';
import type { FoundDelivery } from '@drover/jobs/webhooks/find-delivery';
import type { ListedDelivery } from '@drover/jobs/webhooks/list';
import type { Secrets } from '@drover/jobs/webhooks/secrets';
import { toInstant, toInstantOrNull } from '@drover/shared/instant';
import type { StoredJob } from '@drover/shared/queues/stored-job';

export const toEndpoint = ({
  id,
  url,
  enabled,
  description,
  ...rest
}: StoredEndpoint): Endpoint => ({
  id,
  url,
  events: (rest.events ?? null) as Endpoint['events'],
  types: rest.types ?? null,
  enabled,
  disabledReason: rest.disabledReason ?? null,
  description,
  createdAt: toInstant(rest.createdAt),
  updatedAt: toInstant(rest.updatedAt),
  links: {
    self: `/webhooks/${id}`,
    test: `/webhooks/${id}/test`,
    deliveries: `/webhooks/deliveries?endpoint=${id}`,
  },
});

export const toSecret = ([{ secret, createdAt }, ...previous]: Secrets): WebhookSecret => ({
  secret,
  createdAt: toInstant(createdAt),
  previous: previous.map((it) => ({
    createdAt: toInstant(it.createdAt),
    expiresAt: toInstant(it.expiresAt ?? it.createdAt),
  })),
});

const linksOf = (id: string): DeliverySummary['links'] => ({
  self: `/webhooks/deliveries/${id}`,
  replay: `/webhooks/deliveries/${id}/replay`,
});

/** URLs of the endpoints that are registered now, by id. */
export type Urls = ReadonlyMap<string, string>;

/** @param urls of registered endpoints: a delivery goes to where its endpoint is by now. */
export const toDeliverySummary = (delivery: ListedDelivery, urls: Urls): DeliverySummary => {
  const { id, webhookId, event, endpoint, source, replayOf, url } = delivery;
  return {
    id,
    webhookId,
    event: event as DeliverySummary['event'],
    endpoint: endpoint ?? null,
    url: endpoint === undefined ? (url ?? null) : (urls.get(endpoint) ?? null),
    source: source ?? null,
    replayOf: replayOf ?? null,
    status: delivery.status,
    attempts: delivery.attempts,
    lastAttempt: delivery.lastAttempt,
    createdAt: toInstant(delivery.createdAt),
    nextAttemptAt: toInstantOrNull(delivery.nextAttemptAt),
    finishedAt: toInstantOrNull(delivery.finishedAt),
    links: linksOf(id),
  };
};

const statusOf = (job: StoredJob): DeliverySummary['status'] => {
  if (job.place === 'completed') return 'succeeded';
  if (job.place !== 'failed') return 'pending';
  return decodeFailure(job.latestTrace)?.withdrawn ? 'canceled' : 'failed';
};

export const toDelivery = (
  { address: { id }, job, payload, history }: FoundDelivery,
  urls: Urls,
): Delivery => {
  const { webhookId, endpoint, url, source, replayOf, body } = payload;
  const summary = toDeliverySummary(
    {
      id,
      webhookId,
      event: body.type,
      endpoint,
      source,
      replayOf,
      url,
      status: statusOf(job),
      createdAt: job.timestamp,
      finishedAt: job.finishedOn,
      nextAttemptAt: job.dueAt,
      attempts: history.length,
      lastAttempt: history.at(-1) ?? null,
    },
    urls,
  );
  return { ...summary, body, history: [...history] };
};

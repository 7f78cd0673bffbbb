import { PermanentError } from '@drover/jobs/definition/errors';
import type { Webhooks } from '@drover/jobs/definition/services';
import { noteAttempt } from '@drover/jobs/webhooks/attempts';
import { readEndpoint, retireEndpoint } from '@drover/jobs/webhooks/endpoints';
import type { WebhookPayload } from '@drover/jobs/webhooks/payload';
import { readSecrets } from '@drover/jobs/webhooks/secrets';
import { CodedError } from '@drover/shared/errors';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { WebClient } from '../http/web-client.ts';
import { type Lanes, PutOff } from './lanes.ts';
import { type Message, type Posted, post } from './post.ts';
import { failureOf, faultOf, later } from './verdict.ts';

export interface WebhookParts {
  queues: QueueSet;
  /** Without circuits of its own. */
  web: WebClient;
  lanes: Lanes;
  /** How long a request may take, in milliseconds; default 15 s. */
  timeoutMs?: number;
}

/** Where it goes, as the endpoint is by now. @throws PermanentError when it is not to be told any more. */
const urlOf = async (
  queues: QueueSet,
  tenant: string,
  { endpoint: id, url, isTest }: WebhookPayload,
): Promise<string> => {
  if (id === undefined) return url ?? '';
  const endpoint = await readEndpoint(queues, tenant, id);
  if (!endpoint) {
    throw new PermanentError('the endpoint was deleted', { code: 'endpoint-deleted' });
  }
  if (endpoint.enabled || isTest) return endpoint.url;
  throw new PermanentError('the endpoint is disabled', { code: 'endpoint-disabled' });
};

const messageFor = async (
  queues: QueueSet,
  tenant: string,
  delivery: WebhookPayload,
): Promise<Message> => {
  const [url, secrets] = await Promise.all([
    urlOf(queues, tenant, delivery),
    readSecrets(queues, tenant),
  ]);
  return {
    url,
    webhookId: delivery.webhookId,
    body: JSON.stringify(delivery.body),
    secrets: secrets.map(({ secret }) => secret),
  };
};

/** A registered endpoint has a lane of its own; URLs that submissions name share one for each host. */
const laneOf = (tenant: string, { endpoint }: WebhookPayload, { url }: Message): string =>
  `${tenant} ${endpoint === undefined ? new URL(url).origin : url}`;

/** Records a request. @returns how many were made for the delivery. */
const record = (queues: QueueSet, address: JobAddress, { url }: Message, posted: Posted) =>
  noteAttempt(queues, address, {
    at: new Date(posted.at).toISOString(),
    durationMs: posted.durationMs,
    url,
    status: posted.status ?? null,
    error: faultOf(posted) ?? null,
    answer: posted.answer ?? null,
  });

export const createWebhooks = ({ queues, web, lanes, timeoutMs }: WebhookParts): Webhooks => ({
  deliver: async (delivery, { tenant, id, signal, since, trace }) => {
    const address = parseJobId(id);
    if (!address) throw new CodedError('invalid-id', `"${id}" is no job id`);
    const message = await messageFor(queues, tenant, delivery);
    const options = { tenant, signal, trace, ...(timeoutMs !== undefined && { timeoutMs }) };
    const posted = await lanes
      .run(laneOf(tenant, delivery, message), () => post(web, message, options))
      .catch((err: Error) => {
        if (!(err instanceof PutOff)) throw err;
        throw later(err.delayMs, { code: 'endpoint-down', message: err.message }, { since });
      });
    const requests = await record(queues, address, message, posted);
    if (posted.status === 410 && delivery.endpoint !== undefined) {
      await retireEndpoint(queues, tenant, { id: delivery.endpoint, url: message.url });
    }
    const failure = failureOf(posted, { since, requests });
    if (failure) throw failure;
    return { status: posted.status ?? 0 };
  },
});

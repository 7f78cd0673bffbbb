import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Endpoint, WebhookEvent } from '@drover/jobs/contract/webhook';
import { Webhook } from 'standardwebhooks';
import { type Arrived, startSite, type WebSite } from '../../worker/tests/web-site.ts';
import { type Answer, type RunningApi, startApi } from './running-api.ts';
import { startWorkerOf } from './running-worker.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Keys of tests about webhooks: who does everything, who reads, who submits, and another tenant. */
export const hookKeys = {
  acme: 'acme-hooks',
  reader: 'acme-reads',
  submitter: 'acme-submits',
  other: 'other-hooks',
} as const;

const keyOf = (key: string, tenant: string, roles: readonly string[]) => ({
  hash: sha256(key),
  tenant,
  roles,
  tier: 'unlimited',
});

const apiKeys = JSON.stringify([
  keyOf(hookKeys.acme, 'acme', ['submit', 'read', 'operate']),
  keyOf(hookKeys.reader, 'acme', ['read']),
  keyOf(hookKeys.submitter, 'acme', ['submit']),
  keyOf(hookKeys.other, 'other', ['submit', 'read', 'operate']),
]);

type Init = NonNullable<Parameters<RunningApi['ask']>[1]>;

const lookMs = 10;

/** An event as it arrived. */
export const eventOf = ({ body }: Arrived): WebhookEvent => JSON.parse(body);

/** @throws WebhookVerificationError when none of its signatures is of that secret. */
export const verify = (secret: string, { headers, body }: Arrived): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

/** An API, a worker, and a site that receives webhooks. */
export interface WebhookWorld extends AsyncDisposable {
  readonly api: RunningApi;
  readonly site: WebSite;
  ask(method: string, path: string, body?: unknown, init?: Init): Promise<Answer>;
  register(body: Partial<Endpoint>, init?: Init): Promise<Endpoint>;
  submit(type: string, payload: unknown, options?: object, init?: Init): Promise<Answer>;
  /** The first that has arrived at a path, as soon as so many have. */
  arrived(path: string, count?: number): Promise<Arrived[]>;
  /** The delivery as soon as it is like that. */
  delivery(id: string, is: (delivery: Delivery) => boolean): Promise<Delivery>;
  /** The deliveries of a job or workflow, once there are so many. */
  deliveriesOf(source: string, count?: number): Promise<Delivery[]>;
  /** Lets a delivery that waits for its next attempt have it now. */
  hurry(id: string): Promise<void>;
  secret(): Promise<string>;
}

export const startWebhookWorld = async (
  overrides: Record<string, string> = {},
  { worker: withWorker = true } = {},
): Promise<WebhookWorld> => {
  const api = await startApi({
    API_KEYS: apiKeys,
    EGRESS_ALLOW: '127.0.0.1,localhost',
    ...overrides,
  });
  const worker = withWorker ? await startWorkerOf(api) : undefined;
  const site = await startSite();

  const ask: WebhookWorld['ask'] = (method, path, body, { headers, ...init } = {}) =>
    api.ask(path, {
      method,
      key: hookKeys.acme,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...init,
    });

  const read = async (id: string): Promise<Delivery> =>
    (await ask('GET', `/webhooks/deliveries/${id}`)).body;

  return {
    api,
    site,
    ask,
    register: async (body, init) => {
      const answer = await ask('POST', '/webhooks', { url: `${site.url}/all`, ...body }, init);
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body;
    },
    submit: (type, payload, options, init) =>
      ask('POST', '/jobs', { type, payload, ...(options && { options }) }, init),
    arrived: async (path, count = 1) => {
      for (;;) {
        const those = site.arrived.filter((it) => it.path === path);
        if (those.length >= count) return those;
        await sleep(lookMs);
      }
    },
    delivery: async (id, is) => {
      for (;;) {
        const delivery = await read(id);
        if (is(delivery)) return delivery;
        await sleep(lookMs);
      }
    },
    deliveriesOf: async (source, count = 1) => {
      for (;;) {
        const { body } = await ask('GET', `/webhooks/deliveries?source=${source}`);
        if (body.items.length >= count) {
          return Promise.all(body.items.map(({ id }: { id: string }) => read(id)));
        }
        await sleep(lookMs);
      }
    },
    hurry: async (id) => {
      const queue = api.queues.get('webhooks', 0);
      for (;;) {
        const job = await queue.getJob(id);
        if (job && (await job.isDelayed())) return job.promote();
        await sleep(lookMs);
      }
    },
    secret: async () => (await ask('GET', '/webhooks/secret')).body.secret,
    [Symbol.asyncDispose]: async () => {
      await worker?.[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
};

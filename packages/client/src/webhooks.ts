import type {
  Delivery,
  DeliveryAttempt,
  DeliveryFilter,
  DeliveryList,
  DeliverySummary,
  Endpoint,
  EndpointPatch,
  NewEndpoint,
  SecretRotationInput,
  WebhookEvent,
  WebhookSecret,
} from '@drover/jobs/contract/webhook';
import { DroverError } from './error.ts';
import { segment, type Transport } from './http/transport.ts';
import type { CallOptions } from './operations.ts';

export type { WebhookEvent, WebhookSecret };
export type Webhook = Endpoint;
export type NewWebhook = NewEndpoint;
export type WebhookPatch = EndpointPatch;
export type WebhookDelivery = Delivery;
export type WebhookDeliverySummary = DeliverySummary;
export type WebhookDeliveryPage = DeliveryList;
export type WebhookAttempt = DeliveryAttempt;

/** Which deliveries are meant: all of what is given must be true of one. */
export type WebhookDeliveryFilter = {
  [Key in keyof DeliveryFilter]: DeliveryFilter[Key] | undefined;
};

export interface DeliveryPageOptions extends CallOptions {
  /** Most deliveries of the page, 100 at most; default 20. */
  limit?: number | undefined;
  /** `nextCursor` of the page before, with the same filter. */
  cursor?: string | undefined;
}

const wholePage = 100;

/** The parameters that are given, as a query string. */
const queryOf = (parameters: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
};

/** Whether an answer that was lost had done already what is asked for again. */
const wasDone = (err: unknown): boolean =>
  err instanceof DroverError && err.code === 'webhook-not-found' && err.attempts > 1;

/**
 * Who is told how jobs and workflows end, and what became of it. Reading needs the role `read`, all else,
 * and the secret, `operate`.
 */
export const webhookCalls = (transport: Transport) => {
  const pathOf = (id: string) => `webhooks/${segment(id)}`;
  const deliveryPath = (id: string) => `webhooks/deliveries/${segment(id)}`;

  const read = async <T>(path: string, { signal }: CallOptions = {}): Promise<T> =>
    (await transport.request<T>({ method: 'GET', path, retry: 'always', signal })).body;

  /** Made only once where it is not known whether the server has begun. */
  const post = async <T>(path: string, body: unknown, { signal }: CallOptions = {}) =>
    (await transport.request<T>({ method: 'POST', path, body, retry: 'when-refused', signal }))
      .body;

  const page = (
    filter: WebhookDeliveryFilter = {},
    { limit, cursor, ...call }: DeliveryPageOptions = {},
  ): Promise<WebhookDeliveryPage> =>
    read(`webhooks/deliveries${queryOf({ ...filter, limit, cursor })}`, call);

  /** The latest first, fetched page by page as the loop goes on. */
  const list = async function* (
    filter: WebhookDeliveryFilter = {},
    call: CallOptions = {},
  ): AsyncGenerator<WebhookDeliverySummary, void> {
    let cursor: string | undefined;
    do {
      const found: WebhookDeliveryPage = await page(filter, { ...call, limit: wholePage, cursor });
      yield* found.items;
      cursor = found.nextCursor ?? undefined;
    } while (cursor !== undefined);
  };

  return {
    /** The registered endpoints, the oldest first. */
    list: async (call?: CallOptions): Promise<Webhook[]> =>
      (await read<{ items: Webhook[] }>('webhooks', call)).items,

    /** @throws DroverError `webhook-not-found`. */
    get: (id: string, call?: CallOptions): Promise<Webhook> => read(pathOf(id), call),

    /**
     * Registers an endpoint: it is told of what is submitted from now on.
     * @throws DroverError `invalid-submission`; `webhook-limit`.
     */
    create: (endpoint: NewWebhook, call?: CallOptions): Promise<Webhook> =>
      post('webhooks', endpoint, call),

    /** Changes what is given; null for `events` or `types` means all. */
    update: async (
      id: string,
      patch: WebhookPatch,
      { signal }: CallOptions = {},
    ): Promise<Webhook> => {
      const request = { method: 'PATCH', path: pathOf(id), body: patch, retry: 'always' } as const;
      return (await transport.request<Webhook>({ ...request, signal })).body;
    },

    /** @throws DroverError `webhook-not-found`. */
    delete: async (id: string, { signal }: CallOptions = {}): Promise<void> => {
      const request = { method: 'DELETE', path: pathOf(id), retry: 'always', signal } as const;
      await transport.request(request).catch((err: unknown) => {
        if (!wasDone(err)) throw err;
      });
    },

    /** Sends a `webhook.test`, once; the delivery tells what the endpoint answered. */
    test: (id: string, call?: CallOptions): Promise<WebhookDelivery> =>
      post(`${pathOf(id)}/test`, undefined, call),

    /** What messages are signed with. */
    secret: (call?: CallOptions): Promise<WebhookSecret> => read('webhooks/secret', call),

    /**
     * Makes a new secret; the earlier one is signed with, too, for a while.
     * @param options.overlap how long, as a duration; default what the server is set to, 24 hours.
     */
    rotateSecret: ({
      overlap,
      ...call
    }: CallOptions & SecretRotationInput = {}): Promise<WebhookSecret> =>
      post('webhooks/secret/rotate', overlap === undefined ? {} : { overlap }, call),

    deliveries: {
      page,
      list,

      /** @throws DroverError `webhook-delivery-not-found`. */
      get: (id: string, call?: CallOptions): Promise<WebhookDelivery> =>
        read(deliveryPath(id), call),

      /**
       * Sends the same event again, under the same `webhook-id`, as a delivery of its own.
       * @throws DroverError `webhook-delivery-not-found`, `webhook-not-found`, `webhook-disabled`.
       */
      replay: (id: string, call?: CallOptions): Promise<WebhookDelivery> =>
        post(`${deliveryPath(id)}/replay`, undefined, call),
    },
  };
};

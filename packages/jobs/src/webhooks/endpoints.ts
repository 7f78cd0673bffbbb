import { randomBytes } from 'node:crypto';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { runScript, type Script } from '@drover/shared/redis/script';
import { z } from 'zod';
import { type EndpointPatch, maxEndpoints, type NewEndpoint } from '../contract/webhook.ts';

/** Where endpoints are kept. */
export type WebhookStores = { redis: RedisClient; keys: Keys };

/** An endpoint as Redis holds it. Instants are milliseconds since 1970. */
const storedEndpoint = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(z.string()).optional(),
  types: z.array(z.string()).optional(),
  enabled: z.boolean(),
  /** Why it is not enabled: an operator said so, or it has answered 410. */
  disabledReason: z.enum(['by-hand', 'gone']).optional(),
  description: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type StoredEndpoint = z.output<typeof storedEndpoint>;

/**
 * Writes an endpoint if it is still what its writer has read, and tells every process.
 * Keys: endpoints of the tenant, tenants, version. Parameters: id, what it was (empty: not there), what
 * it is to be (empty: not there), most endpoints, tenant, channel.
 */
const write: Script = {
  name: 'droverWriteWebhook',
  keys: 3,
  lua: `
    local id, before, after, tenant = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
    if (redis.call('HGET', KEYS[1], id) or '') ~= before then return 'changed' end
    if after == '' then
      redis.call('HDEL', KEYS[1], id)
      if redis.call('HLEN', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], tenant) end
    else
      if before == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 'full' end
      redis.call('HSET', KEYS[1], id, after)
      redis.call('SADD', KEYS[2], tenant)
    end
    redis.call('INCR', KEYS[3])
    redis.call('PUBLISH', ARGV[6], tenant)
    return 'written'
  `,
};

type Written = 'written' | 'changed' | 'full';

const writeEndpoint = (
  { redis, keys }: WebhookStores,
  tenant: string,
  change: { id: string; before: string; after: string },
): Promise<Written> =>
  runScript(
    redis,
    write,
    [keys.webhookEndpoints(tenant), keys.webhookTenants, keys.webhookVersion],
    [change.id, change.before, change.after, maxEndpoints, tenant, keys.webhookChanges],
  ) as Promise<Written>;

const parse = (json: string): StoredEndpoint => storedEndpoint.parse(JSON.parse(json));

/** The endpoints of a tenant, the oldest first. */
export const parseEndpoints = (fields: Readonly<Record<string, string>>): StoredEndpoint[] =>
  Object.values(fields)
    .map(parse)
    .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));

export const listEndpoints = async (
  { redis, keys }: WebhookStores,
  tenant: string,
): Promise<StoredEndpoint[]> => parseEndpoints(await redis.hgetall(keys.webhookEndpoints(tenant)));

/** An endpoint of a tenant; undefined when there is none of that id. */
export const readEndpoint = async (
  { redis, keys }: WebhookStores,
  tenant: string,
  id: string,
): Promise<StoredEndpoint | undefined> => {
  const json = await redis.hget(keys.webhookEndpoints(tenant), id);
  return json === null ? undefined : parse(json);
};

/** @returns undefined when the tenant has as many as it may have. */
export const addEndpoint = async (
  stores: WebhookStores,
  tenant: string,
  given: NewEndpoint,
): Promise<StoredEndpoint | undefined> => {
  const { url, events, types, enabled = true, description = '' } = given;
  const now = Date.now();
  const endpoint: StoredEndpoint = {
    id: `we_${randomBytes(10).toString('hex')}`,
    url,
    ...(events && { events }),
    ...(types && { types }),
    enabled,
    ...(!enabled && { disabledReason: 'by-hand' }),
    description,
    createdAt: now,
    updatedAt: now,
  };
  const change = { id: endpoint.id, before: '', after: JSON.stringify(endpoint) };
  return (await writeEndpoint(stores, tenant, change)) === 'written' ? endpoint : undefined;
};

/**
 * Changes an endpoint; one that is changed by another meanwhile is read again.
 * @param change returns what it is to be; undefined: as it is.
 * @returns undefined when there is no such endpoint.
 */
const changeEndpoint = async (
  stores: WebhookStores,
  tenant: string,
  id: string,
  change: (endpoint: StoredEndpoint) => StoredEndpoint | undefined,
): Promise<StoredEndpoint | undefined> => {
  const { redis, keys } = stores;
  for (;;) {
    const before = await redis.hget(keys.webhookEndpoints(tenant), id);
    if (before === null) return undefined;
    const known = parse(before);
    const changed = change(known);
    if (!changed) return known;
    const after = { ...changed, updatedAt: Date.now() };
    const written = await writeEndpoint(stores, tenant, {
      id,
      before,
      after: JSON.stringify(after),
    });
    if (written === 'written') return after;
  }
};

/** @returns undefined when there is no such endpoint. */
export const patchEndpoint = (
  stores: WebhookStores,
  tenant: string,
  id: string,
  { url, events, types, enabled, description }: EndpointPatch,
): Promise<StoredEndpoint | undefined> =>
  changeEndpoint(stores, tenant, id, (known) => ({
    ...known,
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events: events ?? undefined }),
    ...(types !== undefined && { types: types ?? undefined }),
    ...(enabled !== undefined && { enabled, disabledReason: enabled ? undefined : 'by-hand' }),
  }));

/** Disables an endpoint that has said itself that it is gone, unless it was moved meanwhile. */
export const retireEndpoint = async (
  stores: WebhookStores,
  tenant: string,
  { id, url }: Pick<StoredEndpoint, 'id' | 'url'>,
): Promise<void> => {
  await changeEndpoint(stores, tenant, id, (known) =>
    known.enabled && known.url === url
      ? { ...known, enabled: false, disabledReason: 'gone' }
      : undefined,
  );
};

/** @returns what it was; undefined when there was no such endpoint. */
export const removeEndpoint = async (
  stores: WebhookStores,
  tenant: string,
  id: string,
): Promise<StoredEndpoint | undefined> => {
  const { redis, keys } = stores;
  for (;;) {
    const before = await redis.hget(keys.webhookEndpoints(tenant), id);
    if (before === null) return undefined;
    const written = await writeEndpoint(stores, tenant, { id, before, after: '' });
    if (written === 'written') return parse(before);
  }
};

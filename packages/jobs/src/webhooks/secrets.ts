import { runScript, type Script } from '@drover/shared/redis/script';
import { z } from 'zod';
import type { WebhookStores } from './endpoints.ts';
import { newSecret } from './sign.ts';

/** A secret of a tenant. Instants are milliseconds since 1970. */
const storedSecret = z.object({
  secret: z.string(),
  createdAt: z.number(),
  /** Set once there is a later one. */
  expiresAt: z.number().optional(),
});

export type StoredSecret = z.output<typeof storedSecret>;

/** The one in use first, then those that are still signed with, the latest first. */
export type Secrets = readonly [StoredSecret, ...StoredSecret[]];

/** Secrets that are in use at once: a tenant that rotates more often loses the oldest early. */
const maxSecrets = 5;

/**
 * Makes a secret the one in use. Those before stay for a while, but no longer than they had.
 * Key: the secrets. Parameters: secret, now, overlap, most. Returns them.
 */
const rotate: Script = {
  name: 'droverRotateSecret',
  keys: 1,
  lua: `
    local now, overlap, most = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
    local kept = {{secret = ARGV[1], createdAt = now}}
    for _, known in ipairs(cjson.decode(redis.call('GET', KEYS[1]) or '[]')) do
      known.expiresAt = math.min(known.expiresAt or now + overlap, now + overlap)
      if known.expiresAt > now and #kept < most then kept[#kept + 1] = known end
    end
    local json = cjson.encode(kept)
    redis.call('SET', KEYS[1], json)
    return json
  `,
};

/** Those that are in use now; the first has no end. */
const parse = (json: string): Secrets => {
  const [first, ...others] = z.tuple([storedSecret], storedSecret).parse(JSON.parse(json));
  return [first, ...others.filter(({ expiresAt = 0 }) => expiresAt > Date.now())];
};

/** Reads what {@link readSecrets} would; undefined when the tenant has none yet. */
export const parseSecrets = (json: string | null): Secrets | undefined =>
  json === null ? undefined : parse(json);

/** The secrets of a tenant; the first who asks makes the first one. */
export const readSecrets = async (
  { redis, keys }: WebhookStores,
  tenant: string,
): Promise<Secrets> => {
  const key = keys.webhookSecrets(tenant);
  const known = await redis.get(key);
  if (known !== null) return parse(known);
  const first: StoredSecret = { secret: newSecret(), createdAt: Date.now() };
  await redis.set(key, JSON.stringify([first]), 'NX');
  return parse((await redis.get(key)) ?? '');
};

/** @param overlapMs how long the secrets before stay in use. */
export const rotateSecret = async (
  stores: WebhookStores,
  tenant: string,
  overlapMs: number,
): Promise<Secrets> => {
  // One who rotates before anything was signed has an earlier secret, too.
  await readSecrets(stores, tenant);
  const json = await runScript(
    stores.redis,
    rotate,
    [stores.keys.webhookSecrets(tenant)],
    [newSecret(), Date.now(), overlapMs, maxSecrets],
  );
  return parse(json as string);
};

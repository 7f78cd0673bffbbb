import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Role, Tier } from '@drover/shared/config/api-keys';

/** Who makes a request, what they may do, and how much of it. */
export interface Caller {
  tenant: string;
  roles: readonly Role[];
  tier: Tier;
}

/** The keys that the API knows. */
export interface KeyRing {
  /** True when no key could ever be right: the server is not set up yet. */
  readonly empty: boolean;
  /** Those whom the keys belong to, in the order of their names. */
  readonly tenants: readonly string[];
  /** @returns undefined for a wrong key. How long it takes says nothing about the keys. */
  find(key: string): Caller | undefined;
}

interface Entry {
  readonly digest: Buffer;
  readonly caller: Caller | undefined;
}

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Names a key without telling it: the first digits of its SHA-256, as it stands in API_KEYS. */
export const keyIdOf = (key: string): string => sha256(key).slice(0, 8);

/** The key that makes trying Drover easy; never there in production. */
export const developmentKey: { key: string; caller: Caller } = {
  key: 'dev',
  caller: { tenant: 'dev', roles: ['admin'], tier: 'unlimited' },
};

/**
 * Finds keys by their SHA-256, however many there are.
 *
 * The time that the look-up in the map takes depends on hashes, and that tells an attacker nothing:
 * who tries keys cannot choose what they hash to, and even a hash that were known as a whole does not
 * lead back to a key of 256 random bits. What decides is the comparison, which always takes place,
 * for an unknown key with an entry that belongs to nobody, and takes the same time for all.
 */
export const createKeyRing = (
  keys: readonly ApiKey[],
  options: { production: boolean },
): KeyRing => {
  const entries = new Map<string, Entry>();
  const add = (digest: string, caller: Caller) =>
    entries.set(digest, { digest: Buffer.from(digest, 'hex'), caller });
  if (!options.production) add(sha256(developmentKey.key), developmentKey.caller);
  // After the built-in one: what the operator says of the key "dev" holds.
  for (const { hash: digest, tenant, roles, tier } of keys) add(digest, { tenant, roles, tier });
  const nobody: Entry = { digest: Buffer.alloc(32), caller: undefined };
  return {
    empty: entries.size === 0,
    tenants: [
      ...new Set([...entries.values()].flatMap(({ caller }) => caller?.tenant ?? [])),
    ].sort(),
    find: (key) => {
      const digest = sha256(key);
      const entry = entries.get(digest) ?? nobody;
      return timingSafeEqual(entry.digest, Buffer.from(digest, 'hex')) ? entry.caller : undefined;
    },
  };
};

/** An admin may do everything. */
export const mayAct = (caller: Caller, role: Role): boolean =>
  caller.roles.includes(role) || caller.roles.includes('admin');

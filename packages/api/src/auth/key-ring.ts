import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey, Role } from '@drover/shared/config/api-keys';

/** Who makes a request, and what they may do. */
export interface Caller {
  tenant: string;
  roles: readonly Role[];
}

/** The keys that the API knows. */
export interface KeyRing {
  /** True when no key could ever be right: the server is not set up yet. */
  readonly empty: boolean;
  /** @returns undefined for a wrong key. Takes as long for a wrong key as for a right one. */
  find(key: string): Caller | undefined;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The key that makes trying Drover easy; never there in production. */
export const developmentKey: { key: string; caller: Caller } = {
  key: 'dev',
  caller: { tenant: 'dev', roles: ['admin'] },
};

export const createKeyRing = (
  keys: readonly ApiKey[],
  options: { production: boolean },
): KeyRing => {
  const entries: { hash: Buffer; caller: Caller }[] = keys.map(({ hash, tenant, roles }) => ({
    hash: Buffer.from(hash, 'hex'),
    caller: { tenant, roles },
  }));
  if (!options.production) {
    entries.push({ hash: sha256(developmentKey.key), caller: developmentKey.caller });
  }
  return {
    empty: entries.length === 0,
    find: (key) => {
      const hash = sha256(key);
      let found: Caller | undefined;
      // No early exit: which key it was, or how far the search came, must not show in the time.
      for (const entry of entries) {
        if (timingSafeEqual(entry.hash, hash)) found = entry.caller;
      }
      return found;
    },
  };
};

/** An admin may do everything. */
export const mayAct = (caller: Caller, role: Role): boolean =>
  caller.roles.includes(role) || caller.roles.includes('admin');

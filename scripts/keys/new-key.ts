import { createHash, randomBytes } from 'node:crypto';
import { type ApiKey, apiKey } from '../../packages/shared/src/config/api-keys.ts';
import { UsageError } from './usage.ts';

/** A new API key, and the entry of `API_KEYS` by which the server knows it. */
export interface NewKey {
  readonly key: string;
  readonly entry: ApiKey;
}

/** What the server keeps of a key, in hex. */
export const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/**
 * Makes a key of 256 random bits: `drover_` and 43 characters of base64url, by which scanners for
 * leaked secrets can tell it: `drover_[A-Za-z0-9_-]{43}`.
 * @throws UsageError when tenant, roles or tier are not such as the server takes.
 */
export const makeKey = (of: { tenant: string; roles: string[]; tier?: string }): NewKey => {
  const key = `drover_${randomBytes(32).toString('base64url')}`;
  const { data: entry, error } = apiKey.safeParse({ hash: hashOf(key), ...of });
  if (entry) return { key, entry };
  const faults = error.issues.map((issue) => {
    const wanted =
      issue.code === 'invalid_value' ? `expected one of ${issue.values.join(', ')}` : issue.message;
    return `--${String(issue.path[0])}: ${wanted}`;
  });
  throw new UsageError(faults.join('\n'));
};

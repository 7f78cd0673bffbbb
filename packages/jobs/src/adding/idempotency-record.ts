import { hash } from 'node:crypto';
import { partitionOf } from '../record/placement.ts';
import type { IdempotencyRecord } from './idempotency.ts';

/** An idempotency key as one submission means it. */
export interface ScopedKey {
  key: string;
  /** What the key is good for: a route, an item of a batch, a submission of a job. */
  scope: string;
  fingerprint: string;
}

/** 22 characters of base64url that stand for these texts. */
export const digestOf = (...parts: readonly string[]): string =>
  hash('sha256', parts.join('\n'), 'base64url').slice(0, 22);

/** What the bodies of one key are compared by. */
export const fingerprintOf = (body: unknown): string => digestOf(JSON.stringify(body));

/** Names the record of a tenant's key: the same key means another thing in another scope. */
export const recordDigest = (tenant: string, { scope, key }: ScopedKey): string =>
  digestOf(tenant, scope, key);

/** The record of a tenant's key. */
export const idempotencyRecord = (
  of: ScopedKey & { tenant: string },
  partitions: number,
): IdempotencyRecord => {
  const digest = recordDigest(of.tenant, of);
  return { digest, fingerprint: of.fingerprint, partition: partitionOf(partitions, digest) };
};

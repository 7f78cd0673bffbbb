import { hash } from 'node:crypto';
import type { IdempotencyRecord } from '@drover/jobs/adding/idempotency';
import { partitionOf } from '@drover/jobs/record/placement';
import { Problem } from '@drover/shared/http/problem';

/** Longest key, in characters. */
const maxLength = 255;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a string of RFC 8941, that
 * is in double quotes; a bare value is taken too, for most clients send one.
 * @throws Problem `invalid-idempotency-key`.
 */
export const parseIdempotencyKey = (header: string | string[] | undefined): string | undefined => {
  if (header === undefined) return undefined;
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(String(header))?.[1];
  const key = quoted?.replace(/\\(["\\])/g, '$1') ?? String(header);
  if (Array.isArray(header) || !/^[\x20-\x7e]+$/.test(key) || key.length > maxLength) {
    throw new Problem(
      'invalid-idempotency-key',
      `Idempotency-Key must be 1 to ${maxLength} visible ASCII characters, a UUID for example.`,
    );
  }
  return key;
};

const digestOf = (...parts: readonly string[]): string =>
  hash('sha256', parts.join('\n'), 'base64url').slice(0, 22);

/** What the bodies of one key are compared by. */
export const fingerprintOf = (body: unknown): string => digestOf(JSON.stringify(body));

/**
 * The record of a tenant's key.
 * @param scope the route, and the item of a batch: the same key means another thing elsewhere.
 */
export const idempotencyRecord = (
  of: { tenant: string; key: string; scope: string; fingerprint: string },
  partitions: number,
): IdempotencyRecord => {
  const digest = digestOf(of.tenant, of.scope, of.key);
  return { digest, fingerprint: of.fingerprint, partition: partitionOf(partitions, digest) };
};

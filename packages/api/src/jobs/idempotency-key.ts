import { fingerprintOf, type ScopedKey } from '@drover/jobs/adding/idempotency-record';
import { Problem } from '@drover/shared/http/problem';
import type { FastifyRequest } from 'fastify';

/** Longest key, in characters. */
const maxLength = 255;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a string of RFC 8941, that
 * is in double quotes; a bare value is taken too, for most clients send one.
 * @throws Problem `invalid-idempotency-key`.
 */
const parseIdempotencyKey = (header: string | string[] | undefined): string | undefined => {
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

/**
 * The key that a request carries, for one scope: the same key means another thing in another.
 * @param of what the requests of one key are compared by; its nesting must have been checked.
 * @throws Problem `invalid-idempotency-key`.
 */
export const scopedKeyOf = (
  request: FastifyRequest,
  scope: string,
  of: unknown,
): ScopedKey | undefined => {
  const key = parseIdempotencyKey(request.headers['idempotency-key']);
  return key === undefined ? undefined : { key, scope, fingerprint: fingerprintOf(of) };
};

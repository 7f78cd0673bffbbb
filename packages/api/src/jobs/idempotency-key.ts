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

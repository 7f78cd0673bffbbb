/**
 * A key that nobody else makes: 128 random bits. Not `crypto.randomUUID`, which browsers keep from
 * pages that come over plain HTTP.
 */
export const newIdempotencyKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

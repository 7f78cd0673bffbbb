import { maxWaitSeconds } from '../jobs/prefer.ts';
import type { SchemaObject } from './schema.ts';

interface HeaderDescription {
  readonly description: string;
  readonly schema: SchemaObject;
  readonly example: string | number;
}

const text: SchemaObject = { type: 'string' };
const seconds: SchemaObject = { type: 'integer', minimum: 0 };

/** Every header that answers have, as the description tells it. */
export const headers = {
  'Accept-Ranges': {
    description: 'That parts of the file can be asked for.',
    schema: { type: 'string', const: 'bytes' },
    example: 'bytes',
  },
  Age: {
    description: 'Seconds since the body was read from the database.',
    schema: seconds,
    example: 12,
  },
  Allow: {
    description: 'The methods that the path takes.',
    schema: text,
    example: 'GET, HEAD',
  },
  'Cache-Control': {
    description: 'How long the answer may be kept, and by whom.',
    schema: text,
    example: 'private, no-cache',
  },
  'Content-Disposition': {
    description: 'The name to save the file under.',
    schema: text,
    example: 'inline; filename="200.webp"',
  },
  'Content-Range': {
    description: 'Which part of the file this is, and its whole size in bytes.',
    schema: text,
    example: 'bytes 0-1023/146515',
  },
  'Content-Security-Policy': {
    description: 'A browser runs nothing that is in the file.',
    schema: text,
    example: "sandbox; default-src 'none'",
  },
  Deduplicated: {
    description: 'The body is a job of an earlier submission with the same `options.dedupe.key`.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  ETag: {
    description: 'Changes when the body does; for `If-None-Match`.',
    schema: text,
    example: 'W/"2jmj7l5rSw0yVb_vlWAYkK_YBwk"',
  },
  'Idempotency-Replayed': {
    description: 'The same `Idempotency-Key` came before: the body is the job that it made then.',
    schema: { type: 'string', const: 'true' },
    example: 'true',
  },
  Location: {
    description: 'The path of the job.',
    schema: { type: 'string', format: 'uri-reference' },
    example: '/jobs/media.0.01k3v9m8x7e6t5r4w3q2p1n0zz',
  },
  'Preference-Applied': {
    description: `What of \`Prefer\` was honoured (RFC 7240); a longer wait is cut to ${maxWaitSeconds} s.`,
    schema: text,
    example: 'wait=30',
  },
  RateLimit: {
    description:
      'What the tenant may still submit: `r` jobs at once, and more after `t` seconds (draft-ietf-httpapi-ratelimit-headers).',
    schema: text,
    example: '"basic";r=988;t=4',
  },
  'RateLimit-Policy': {
    description: 'The tier of the key: `q` jobs in `w` seconds.',
    schema: text,
    example: '"basic";q=1000;w=3600',
  },
  'Retry-After': {
    description: 'Seconds after which it makes sense to ask again.',
    schema: seconds,
    example: 1,
  },
  'WWW-Authenticate': {
    description: 'How to send a key.',
    schema: text,
    example: 'Bearer realm="drover"',
  },
  Warning: {
    description:
      'The body is older than it is to be, for the database cannot be read (RFC 7234). Only then.',
    schema: { type: 'string', const: '110 - "Response is Stale"' },
    example: '110 - "Response is Stale"',
  },
  'X-RateLimit-Limit': {
    description: 'Jobs that the tier allows in its window.',
    schema: seconds,
    example: 1_000,
  },
  'X-RateLimit-Remaining': {
    description: 'Jobs that the tenant may submit at once now.',
    schema: seconds,
    example: 988,
  },
  'X-RateLimit-Reset': {
    description: 'Seconds until all that the tier allows is there again.',
    schema: seconds,
    example: 43,
  },
  'X-Request-Id': {
    description:
      'Names the request in the logs: the `X-Request-Id` of the request where it has 1 to 64 letters, digits, `.`, `_` and `-`, else a new one.',
    schema: text,
    example: '5f0f4a6c-3e0b-4a53-9f6a-0c7d2b1e8a44',
  },
} as const satisfies Record<string, HeaderDescription>;

export type HeaderName = keyof typeof headers;

/** On every answer. */
export const commonHeaders: readonly HeaderName[] = ['Cache-Control', 'X-Request-Id'];

/** On every answer to a key whose tier has a limit. */
export const rateLimitHeaders: readonly HeaderName[] = [
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

/** References to headers, by name. */
export const headerReferences = (names: readonly HeaderName[]): Record<string, { $ref: string }> =>
  Object.fromEntries(
    [...new Set(names)].sort().map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );

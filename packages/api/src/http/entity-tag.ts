import { hash } from 'node:crypto';

/** A weak tag of a text: the same text in another Content-Encoding keeps it (RFC 9110, 8.8.3). */
export const entityTagOf = (text: string | Buffer): string =>
  `W/"${hash('sha1', text, 'base64url')}"`;

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/** Whether `If-None-Match` names the tag, or any; compared weakly, as RFC 9110, 13.1.2 has it. */
export const isKnown = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' ||
    ifNoneMatch.split(',').some((known) => opaque(known) === opaque(tag)));

import { hash } from 'node:crypto';

/** Why a job failed for good, as far as others fail for the same reason. */
export interface Cause {
  queue: string;
  type: string;
  code: string;
  /** See {@link commonMessage}; null stands for any message of that code. */
  message: string | null;
}

/** Longest part of a message that is looked at, and that is kept, in characters. */
const lookedAt = 500;
const kept = 200;

/**
 * What differs from job to job while the cause is the same. Each is linear in the length of the text:
 * messages come from whatever a client made a handler meet.
 */
const variable: readonly (readonly [pattern: RegExp, placeholder: string])[] = [
  [/\bhttps?:\/\/[^\s"'<>]+/gi, '<url>'],
  [/\b[\w.+-]{1,64}@[\w.-]{1,255}/g, '<address>'],
  [/"[^"]*"/g, '"…"'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#'],
  [/\b[0-7][0-9a-hjkmnp-tv-z]{25}\b/gi, '#'],
  [/\b(?=[a-f]{0,40}\d)[0-9a-f]{8,}\b/gi, '#'],
  [/\d+(?:[.,:]\d+)*/g, '#'],
  [/\s+/g, ' '],
];

/** An error's message without what differs from job to job: numbers, ids, addresses, quoted texts. */
export const commonMessage = (message: string): string =>
  variable
    .reduce(
      (text, [pattern, placeholder]) => text.replace(pattern, placeholder),
      message.slice(0, lookedAt).toWellFormed(),
    )
    .trim()
    .slice(0, kept)
    .toWellFormed();

/** A cause as Redis keeps it: no part of it holds a newline. */
export const encodeCause = ({ queue, type, code, message }: Cause): string =>
  [queue, type, code, ...(message === null ? [] : [message])].join('\n');

export const decodeCause = (text: string): Cause => {
  const [queue = '', type = '', code = '', message = null] = text.split('\n');
  return { queue, type, code, message };
};

/** Names a group of dead letters: the same cause has the same id everywhere. */
export const groupIdOf = (cause: Cause): string =>
  hash('sha256', encodeCause(cause), 'hex').slice(0, 16);

import { z } from 'zod';

/**
 * Headers that belong to the connection or the framing of the message (RFC 9110, 7.6.1), and Host,
 * which would reach another site than the address that was judged.
 */
const refused = [
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const name = z
  .string()
  .max(256)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of an HTTP header');

/** One line of bytes: what cannot be sent must not end the header and begin another. */
const value = z
  .string()
  .max(8_192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected one line without control characters');

const maxHeaders = 64;

/** Headers that a job may send. */
export const requestHeaders = z.record(name, value).superRefine((headers, context) => {
  const names = Object.keys(headers).map((each) => each.toLowerCase());
  if (names.length > maxHeaders) {
    context.addIssue({ code: 'custom', message: `expected ${maxHeaders} headers at most` });
  }
  for (const [at, each] of Object.keys(headers).entries()) {
    const lower = each.toLowerCase();
    if (refused.includes(lower)) {
      context.addIssue({
        code: 'custom',
        path: [each],
        message: `"${each}" is set by Drover alone`,
      });
    } else if (names.indexOf(lower) !== at) {
      context.addIssue({ code: 'custom', path: [each], message: `"${each}" is there twice` });
    }
  }
});

/** The same headers with their names in lower case. */
export const inLowerCase = (headers: z.output<typeof requestHeaders>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([key, text]) => [key.toLowerCase(), text]));

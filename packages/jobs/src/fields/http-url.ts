import { z } from 'zod';

const hasCredentials = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.username + url.password !== '';
};

/** An address on the web. Whether jobs may reach it is judged when it is asked. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .max(2_048, 'expected 2048 characters at most')
  // URLs are logged and shown; credentials belong into a header.
  .refine((text) => !hasCredentials(text), 'expected no user name or password in the URL');

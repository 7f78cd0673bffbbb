import { z } from 'zod';

const expected = 'expected name=value, separated by commas, URL-encoded';

/** Name and value of one header; undefined where it is none. */
const pairOf = (text: string): [name: string, value: string] | undefined => {
  const [, name, encoded] = /^\s*([!#$%&'*+.^`|~\w-]+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
  if (name === undefined || encoded === undefined) return undefined;
  try {
    const value = decodeURIComponent(encoded);
    return /^[\t\x20-\x7e]*$/.test(value) ? [name.toLowerCase(), value] : undefined;
  } catch {
    return undefined;
  }
};

/** Headers in the form of OTEL_EXPORTER_OTLP_HEADERS; names in lower case. */
export const otlpHeaders = z.string().transform((text, context): Record<string, string> => {
  const items = text.split(',').filter((item) => item.trim() !== '');
  const pairs = items.map(pairOf);
  if (pairs.includes(undefined)) {
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  }
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined));
});

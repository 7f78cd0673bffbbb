import { z } from 'zod';
import type { ReadBody } from './response-body.ts';

const code = z.int().min(100).max(599);
const pattern = z
  .string()
  .regex(/^([1-5]xx|[1-5]\d\d-[1-5]\d\d)$/, 'expected a status such as 200, "2xx" or "200-204"');
const status = z.union([code, pattern], 'expected a status such as 200, "2xx" or "200-204"');

/** What an answer must be like for the job to succeed. */
export const expectation = z.strictObject({
  status: z
    .union([status, z.array(status).min(1).max(20)])
    .default('2xx')
    .describe('Statuses that are taken: one or more of 200, "2xx", "200-204"'),
  contains: z.string().min(1).max(1_000).optional().describe('Text that the body must contain'),
  json: z
    .record(z.string().regex(/^(\/|$)/, 'expected a JSON Pointer such as /data/id'), z.unknown())
    .refine((values) => Object.keys(values).length <= 20, 'expected 20 pointers at most')
    .optional()
    .describe('Values that the body, as JSON, must have, by JSON Pointer'),
});

export type Expectation = z.output<typeof expectation>;

const matches = (wanted: z.output<typeof status>, actual: number): boolean => {
  if (typeof wanted === 'number') return wanted === actual;
  if (wanted.endsWith('xx')) return Number(wanted[0]) === Math.floor(actual / 100);
  const [from, to] = wanted.split('-').map(Number);
  return actual >= Number(from) && actual <= Number(to);
};

export const takesStatus = ({ status }: Expectation, actual: number): boolean =>
  [status].flat().some((wanted) => matches(wanted, actual));

/** The expected statuses in words. */
export const statusesOf = ({ status }: Expectation): string => [status].flat().join(', ');

/** A member of an object or an element of an array, and nothing that these inherit. */
const childOf = (value: unknown, token: string): unknown => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
  if (Array.isArray(value) && !/^\d+$/.test(token)) return undefined;
  return (value as Record<string, unknown>)[token];
};

/** The value at a JSON Pointer (RFC 6901); undefined when there is none. */
const valueAt = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(childOf, document);

/** Equal as JSON: the order of an object's members does not count. */
const isEqual = (a: unknown, b: unknown): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        isEqual((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
    )
  );
};

/**
 * What a body lacks of what is expected, in words; undefined when it is as it should be. Bodies that
 * became artifacts are not looked into.
 */
export const faultOf = (
  { contains, json }: Expectation,
  { shown, text }: ReadBody,
): string | undefined => {
  const asked = contains !== undefined || json !== undefined;
  if (asked && shown.bodyType === 'artifact') return 'the body is too large to look into';
  if (contains !== undefined && !text.includes(contains)) {
    return 'the body does not contain the expected text';
  }
  const value = shown.bodyType === 'json' ? shown.body : undefined;
  const wrong = Object.entries(json ?? {}).find(
    ([pointer, wanted]) => !isEqual(valueAt(value, pointer), wanted),
  );
  return wrong && `the body does not have the expected value at "${wrong[0]}"`;
};

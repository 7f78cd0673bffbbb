import { parseDuration } from '@drover/shared/duration';
import { z } from 'zod';

/** Forms send the fields that nobody has filled in as well: these are not there. */
export const withoutBlanks = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null) return given;
  const entries = Object.entries(given).flatMap(([name, value]: [string, unknown]) => {
    if (value === '') return [];
    if (!Array.isArray(value)) return [[name, value]];
    const rest = value.filter((one) => one !== '');
    return rest.length === 0 ? [] : [[name, rest]];
  });
  return Object.fromEntries(entries);
};

/** What a form sends by GET, or as fields of a write; an empty field counts as left out. */
export const filled = <S extends z.ZodRawShape>(shape: S) =>
  z.preprocess(withoutBlanks, z.strictObject(shape));

/** A name in a form or an address. Postgres cannot hold U+0000, and nobody types other such characters. */
export const nameField = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'expected printable characters');

/** Without a zone it is in UTC, for that is what the pages show. */
const withZone = (text: string): string => {
  const [, minutes, seconds = ':00'] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/.exec(text) ?? [];
  return minutes === undefined ? text : `${minutes.replace(' ', 'T')}${seconds}Z`;
};

/** An instant in a form: RFC 3339, or so long ago (`24h`). Its output is RFC 3339. */
export const instantField = z
  .string()
  .max(40)
  .transform((text, context) => {
    const ago = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
    if (ago !== undefined) return new Date(Date.now() - ago).toISOString();
    const instant = z.iso.datetime({ offset: true }).safeParse(withZone(text));
    if (instant.success) return instant.data;
    context.addIssue({
      code: 'custom',
      message: 'expected a time such as 2026-01-31T08:00, in UTC, or how long ago: 24h',
    });
    return z.NEVER;
  });

/** The end of a time that is over: that one, or now. */
export const notLater = (until: string | undefined): string => {
  const now = Date.now() + 1;
  const given = until === undefined ? now : Date.parse(until);
  return new Date(Math.min(given, now)).toISOString();
};

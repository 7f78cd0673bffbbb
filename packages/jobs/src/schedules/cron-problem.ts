import { CronExpressionParser } from 'cron-parser';
import { nextSlot } from './slots.ts';

/** Digits, names of months and weekdays, and the signs that mean the same in every cron. */
const cronCharacters = /^[\dA-Za-z*,/#?\s-]*$/;

/** Spread by chance (`H`), which would be another time in every process. */
const hashed = /(?<![A-Za-z])H(?![A-Za-z])/;

const neverComes = 'there is no such day: it would never be due';

const syntaxProblem = (cron: string): string | undefined => {
  const { length } = cron.trim().split(/\s+/);
  if (length !== 5 && length !== 6) {
    return `expected 5 fields (minute, hour, day of month, month, day of week), or 6 with the second first; there are ${cron.trim() === '' ? 0 : length}`;
  }
  if (!cronCharacters.test(cron)) return 'expected digits, names and the signs * , - / # ?';
  return hashed.test(cron) ? 'H is not supported: write the number' : undefined;
};

const parseProblem = (cron: string): string | undefined => {
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' });
    return undefined;
  } catch (err) {
    const { message } = err as Error;
    return /day of month definition/.test(message) ? neverComes : message;
  }
};

/** What is wrong with a cron expression, in words; undefined when it is in order. */
export const cronProblem = (cron: string): string | undefined =>
  syntaxProblem(cron) ??
  parseProblem(cron) ??
  (nextSlot({ cron, timezone: 'UTC' }, Date.now()) === undefined ? neverComes : undefined);

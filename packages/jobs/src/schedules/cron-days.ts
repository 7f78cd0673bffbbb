import type { CronFieldCollection } from 'cron-parser';

const dayMs = 86_400_000;

/** Weekdays and leap days come round within 40 years: a day that has not come by then never does. In days. */
const horizon = 100 * 366;

type DayFields = Pick<CronFieldCollection, 'month' | 'dayOfMonth' | 'dayOfWeek'>;

const has = (values: readonly unknown[], value: number) => values.includes(value);

/** Whether a cron expression is due on every day, as most are. */
export const isDaily = ({ month, dayOfMonth, dayOfWeek }: DayFields): boolean =>
  month.isWildcard && dayOfMonth.isWildcard && dayOfWeek.isWildcard;

/** As cron has it: of two restrictions, of the day of the month and of the week, one is enough. */
const isDue = ({ dayOfMonth, dayOfWeek }: DayFields, date: Date): boolean => {
  const day = date.getUTCDate();
  const weekday = date.getUTCDay();
  const { nthDay } = dayOfWeek;
  // Of `L`, the last, no more than this is told here: which day it is, the parser says.
  const isOfMonth = has(dayOfMonth.values, day) || (dayOfMonth.hasLastChar && day >= 28);
  const isLastOfWeek = dayOfWeek.hasLastChar && day > 21;
  const isOfWeek =
    isLastOfWeek ||
    ((has(dayOfWeek.values, weekday) || (weekday === 0 && has(dayOfWeek.values, 7))) &&
      (nthDay < 1 || Math.ceil(day / 7) === nthDay));
  if (dayOfMonth.isWildcard) return dayOfWeek.isWildcard || isOfWeek;
  return isOfMonth || (!dayOfWeek.isWildcard && isOfWeek);
};

/** The days of the calendar on which a cron expression can be due, from one on, counted from 1970-01-01. */
function* daysDue(fields: DayFields, from: number): Generator<number, void> {
  let until = from + horizon;
  for (let day = from; day < until; ) {
    const date = new Date(day * dayMs);
    if (!has(fields.month.values, date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / dayMs;
      continue;
    }
    if (isDue(fields, date)) {
      yield day;
      until = day + horizon;
    }
    day += 1;
  }
}

/** Days that follow one another, both included. */
export interface DaySpan {
  readonly first: number;
  readonly last: number;
}

/** Longest span, in days. */
const longest = 60;

/**
 * The days on which a cron expression is due, from one on, as spans. Going through the calendar is fast;
 * asking for the instants of days on which there are none is not.
 */
export function* spansDue(fields: DayFields, from: number): Generator<DaySpan, void> {
  let span: DaySpan | undefined;
  for (const day of daysDue(fields, from)) {
    if (span && (day !== span.last + 1 || day - span.first >= longest)) {
      yield span;
      span = undefined;
    }
    span = { first: span?.first ?? day, last: day };
  }
  if (span) yield span;
}

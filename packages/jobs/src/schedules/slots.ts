import { CronDate, CronExpressionParser } from 'cron-parser';
import { isDaily, spansDue } from './cron-days.ts';

/** When a schedule is due: by a cron expression in a time zone, or every so many milliseconds. */
export type Timing =
  | { readonly cron: string; readonly timezone: string }
  | { readonly every: number };

/** Longer than any hour that a change of the clocks repeats or leaves out, in milliseconds. */
const changeMs = 3 * 3_600_000;

const offsetAt = (ms: number, timezone: string): number =>
  new CronDate(new Date(ms), timezone).getUTCOffset();

/**
 * Where to begin counting so that the slots are the same wherever one begins: cron-parser knows of a
 * change of the clocks only when it steps over it. Schedules of every hour have a slot in each hour
 * that there is, and need no such care.
 */
const startOf = (timing: { timezone: string }, hours: number, after: number): number => {
  if (hours === 24) return after;
  const before = after - changeMs;
  return offsetAt(after, timing.timezone) === offsetAt(before, timing.timezone) ? after : before;
};

/** A day of the calendar of any zone is within this of the same day of UTC, in milliseconds; with a margin. */
const reachMs = 40 * 3_600_000;
const dayMs = 86_400_000;

interface CronTiming {
  readonly cron: string;
  readonly timezone: string;
}

const parse = ({ cron, timezone: tz }: CronTiming, from: number, end?: number) =>
  CronExpressionParser.parse(cron, {
    tz,
    currentDate: new Date(from),
    ...(end !== undefined && { endDate: new Date(end) }),
  });

/**
 * The slots after an instant, up to and with another one.
 * @param asked the expression, parsed from that instant on.
 */
function* slotsBetween(
  timing: CronTiming,
  after: number,
  end?: number,
  asked = parse(timing, after, end),
) {
  const start = startOf(timing, asked.fields.hour.values.length, after);
  for (const date of start === after ? asked : parse(timing, start, end)) {
    const slot = date.getTime();
    if (slot > after) yield slot;
  }
}

/** The slots after an instant, one by one, without an end unless there is one. */
function* cronSlots(timing: CronTiming, after: number) {
  const asked = parse(timing, after);
  const { fields } = asked;
  if (isDaily(fields)) return yield* slotsBetween(timing, after, undefined, asked);
  let last = after;
  for (const days of spansDue(fields, Math.floor((after - reachMs) / dayMs))) {
    const begin = Math.max(last, days.first * dayMs - reachMs);
    const end = (days.last + 1) * dayMs + reachMs;
    for (const slot of slotsBetween(timing, begin, end)) {
      yield slot;
      last = slot;
    }
  }
}

/** Multiples of the interval since 1970-01-01T00:00:00Z, whoever counts them and whenever he begins. */
function* intervalSlots(every: number, after: number) {
  for (let slot = (Math.floor(after / every) + 1) * every; ; slot += every) yield slot;
}

/**
 * The slots of a timing after an instant, in milliseconds since 1970, the earliest first. They depend
 * on nothing but the timing: a slot is the same in every process and after every restart.
 *
 * Where the clocks change, a slot in an hour that is left out moves on by the length of that hour, and
 * one in an hour that comes twice is due the first time only; cron expressions of every hour (`*`) are
 * due in each hour that there is.
 */
export const slotsAfter = (timing: Timing, after: number): Generator<number, void> =>
  'every' in timing ? intervalSlots(timing.every, after) : cronSlots(timing, after);

/** @returns undefined when there will never be one. */
export const nextSlot = (timing: Timing, after: number): number | undefined =>
  slotsAfter(timing, after).next().value ?? undefined;

/** The next so many slots. */
export const upcomingSlots = (timing: Timing, after: number, count: number): number[] =>
  slotsAfter(timing, after).take(count).toArray();

import { type Finding, fail, ok, warn } from './findings.ts';

/** Clocks that differ by more make delays and schedules early or late; milliseconds. */
const noticeableMs = 1_000;
const harmfulMs = 30_000;

/**
 * How far another's clock is from this machine's, when its time was read between these two moments:
 * less than what the reading took may be anything. All in milliseconds.
 */
export const skewOf = (theirs: number, read: { asked: number; answered: number }): number => {
  if (theirs < read.asked) return theirs - read.asked;
  return theirs > read.answered ? theirs - read.answered : 0;
};

/** What is to be said of a skew between two clocks. */
export const skewFinding = (whose: string, skewMs: number): Finding => {
  const text = `the clock of ${whose} is ${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs < 0 ? 'behind' : 'ahead'}`;
  const advice =
    'Run NTP on all machines: what is due, and when a worker is lost, depends on clocks.';
  if (Math.abs(skewMs) > harmfulMs) return fail(text, { advice });
  if (Math.abs(skewMs) > noticeableMs) return warn(text, { advice });
  return ok(`the clock of ${whose} is right by this machine's`);
};

export const clockFinding = (
  whose: string,
  theirs: number,
  read: { asked: number; answered: number },
): Finding => skewFinding(whose, skewOf(theirs, read));

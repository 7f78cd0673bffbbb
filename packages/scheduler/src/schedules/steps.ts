import { nextSlot } from '@drover/jobs/schedules/slots';
import type { Installed } from './inspect.ts';

/** Clocks of different machines differ by less, in milliseconds. */
const skewMs = 60_000;

/**
 * Finds schedules that wait for a later slot than their next one, as after a clock that was ahead has
 * been set right. Counting slots takes time, so a slot that was found to be the next one is not looked
 * at again until it is another, or the clock goes backwards.
 */
export const createStepCheck = () => {
  const seen = new Map<string, { next: number; at: number }>();

  return (key: string, { next, timing }: Installed, now: number): boolean => {
    // What is due so soon anyway does little harm.
    if (next <= now + 2 * skewMs) {
      seen.delete(key);
      return true;
    }
    const known = seen.get(key);
    if (known?.next === next && now >= known.at) return true;
    const expected = nextSlot(timing, now + skewMs);
    const isRight = expected === undefined || next <= expected;
    if (isRight) seen.set(key, { next, at: now });
    else seen.delete(key);
    return isRight;
  };
};

export type StepCheck = ReturnType<typeof createStepCheck>;

import type { Attempt } from './attempt.ts';
import { AttemptTimeout } from './interruption.ts';

/** Interrupts the attempt when the work takes longer than that, in milliseconds. */
export const withTimeout = async <T>(
  { interruption }: Attempt,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T> => {
  const timer = setTimeout(() => interruption.interrupt(new AttemptTimeout(timeoutMs)), timeoutMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
};

import { CodedError } from '../errors.ts';

/** A moment by which something must be over; counted on the monotonic clock. */
export interface Deadline {
  /** Milliseconds left; never below 0. */
  remainingMs(): number;
}

export const deadlineIn = (ms: number): Deadline => {
  const end = performance.now() + ms;
  return { remainingMs: () => Math.max(0, end - performance.now()) };
};

/**
 * The outcome of `work`, if it comes before the deadline. The work itself is not stopped.
 * @throws CodedError `deadline-exceeded` otherwise.
 */
export const within = async <T>(deadline: Deadline, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CodedError('deadline-exceeded', `${what} took too long`)),
      deadline.remainingMs(),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

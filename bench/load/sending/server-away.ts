/** Without any answer for so long while requests fail, nobody is there any more. Milliseconds. */
const awayMs = 10_000;

/** Notices that a server has gone. Moments are those of `performance.now()`. */
export const createAwayWatch = (startedAt: number) => {
  let answeredAt = startedAt;
  return {
    answered: (at: number): void => {
      answeredAt = at;
    },
    /** Whether this failure shows that the server is gone. */
    failed: (at: number): boolean => at - answeredAt >= awayMs,
  };
};

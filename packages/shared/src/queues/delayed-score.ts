/** In BullMQ's delayed sets, a millisecond has so many scores: 12 bits of order after the time. */
const scoresPerMs = 4_096;

/** When a delayed job is due, in milliseconds since 1970, by its score. */
export const dueAtOf = (score: string | number): number => Math.floor(Number(score) / scoresPerMs);

/** The largest score of what is due by then. */
export const lastScoreOf = (ms: number): number => ms * scoresPerMs + scoresPerMs - 1;

import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds to the next of arrivals that do not know of one another: a Poisson process. */
const gapMs = (perSecond: number) => (-Math.log(1 - Math.random()) * 1_000) / perSecond;

/** Lowest rate that is kept: at less, the next arrival might never come. */
const leastPerSecond = 0.1;

/**
 * Calls `send` at moments that depend on nothing that becomes of the calls, each with the moment for
 * which it was due (of `performance.now()`). Who measures from there counts what held it up.
 * @param rateAt arrivals a second, by the part of the time that has passed (0 to 1).
 */
export const openLoop = async (
  options: {
    readonly ms: number;
    readonly rateAt: (part: number) => number;
    readonly signal: AbortSignal;
  },
  send: (dueAt: number) => void,
): Promise<void> => {
  const { ms, rateAt, signal } = options;
  const startedAt = performance.now();
  const end = startedAt + ms;
  const after = (at: number) => at + gapMs(Math.max(leastPerSecond, rateAt((at - startedAt) / ms)));

  let next = after(startedAt);
  while (!signal.aborted && performance.now() < end) {
    for (const now = performance.now(); next <= now && next < end; next = after(next)) send(next);
    await sleep(Math.min(1, Math.max(0, end - performance.now())));
  }
  // What was due while the last nap lasted.
  for (; !signal.aborted && next < end; next = after(next)) send(next);
};

/** Calls `send` again whenever it has resolved, in so many lanes, until the time is over. */
export const closedLoop = async (
  options: { readonly ms: number; readonly lanes: number; readonly signal: AbortSignal },
  send: () => Promise<unknown>,
): Promise<void> => {
  const { ms, lanes, signal } = options;
  const end = performance.now() + ms;
  const lane = async () => {
    while (!signal.aborted && performance.now() < end) await send();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
};

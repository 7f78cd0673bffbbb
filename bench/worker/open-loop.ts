import { setImmediate as turn } from 'node:timers/promises';
import type { Starts } from './starts.ts';

/** Longest time that this program sleeps without a look at its sockets, in milliseconds. */
const longestNapMs = 0.5;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps to a fraction of a millisecond; timers of Node know whole ones only. */
const nap = (ms: number) => {
  if (ms > 0) Atomics.wait(sleeper, 0, 0, Math.min(ms, longestNapMs));
};

/** Milliseconds to the next of arrivals that do not know of one another: a Poisson process. */
const gapMs = (perSecond: number) => (-Math.log(1 - Math.random()) * 1_000) / perSecond;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/**
 * Adds jobs at their own pace, whatever becomes of them, and waits until they have started.
 * @returns for each job the milliseconds from when it was to be added to its start: what holds the
 *   additions up counts too.
 */
export const openLoop = async (
  add: () => Promise<string>,
  starts: Starts,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<readonly number[]> => {
  const due: number[] = [];
  const added: Promise<string>[] = [];
  const startedAt = nowMs();
  let next = startedAt + gapMs(perSecond);
  while (next < startedAt + ms) {
    for (const now = nowMs(); next <= now; next += gapMs(perSecond)) {
      due.push(next);
      added.push(add());
    }
    await turn();
    nap(next - nowMs());
  }
  const moments = await starts.of(await Promise.all(added));
  return moments.map((at, n) => Number(at) / 1e6 - (due[n] ?? 0));
};

import { cpus } from 'node:os';

/**
 * After this much work without a rest it is looked whether others need the machine, for so long;
 * milliseconds. At first soon, then ever less often while nobody does.
 */
const lookAfterMs = { first: 50, last: 400 } as const;
const lookMs = 40;

/** With less than this share of the processors idle while we rest, the machine is busy without us. */
const busyBelow = 0.2;

/** On a busy machine it rests so many times as long as it has worked, but not for longer than this in one go. */
const restFactor = 10;
const longestRestMs = 2_000;

const processorTimes = (): { idle: number; all: number } => {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
};

/** The share of the machine's processors that were idle while that went on; 1 where it cannot be told. */
const idleShareDuring = async (during: Promise<unknown>): Promise<number> => {
  const before = processorTimes();
  await during;
  const after = processorTimes();
  const all = after.all - before.all;
  return all > 0 ? (after.idle - before.idle) / all : 1;
};

/** Lets work that has time give way to others on the same machine. */
export interface Pace {
  /** Whether others keep the processors busy, as far as is known. */
  readonly isBusy: boolean;
  /**
   * Comes after each piece of work. Where others keep the processors busy it rests for longer than it
   * worked, and hardly at all where they do not.
   * @param ms how long the work took.
   * @param leastMs how long it rests in any case.
   */
  giveWay(ms: number, leastMs: number): Promise<void>;
}

/** @param rest resolves after so many milliseconds. */
export const createPace = (rest: (ms: number) => Promise<unknown>): Pace => {
  let workedMs = 0;
  let isBusy = false;
  let lookAfter: number = lookAfterMs.first;

  const restAndLook = async (ms: number, leastMs: number) => {
    workedMs = 0;
    isBusy = (await idleShareDuring(rest(Math.max(lookMs, leastMs, ms)))) < busyBelow;
    const goesOn = !isBusy && leastMs === 0;
    lookAfter = goesOn ? Math.min(lookAfterMs.last, 2 * lookAfter) : lookAfterMs.first;
  };

  const giveWay = async (ms: number, leastMs: number): Promise<void> => {
    workedMs += ms;
    if (isBusy) {
      await restAndLook(Math.min(longestRestMs, workedMs * restFactor), leastMs);
    } else if (leastMs > 0 || workedMs >= lookAfter) {
      await restAndLook(0, leastMs);
    }
  };

  return {
    get isBusy() {
      return isBusy;
    },
    giveWay,
  };
};

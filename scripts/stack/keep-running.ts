import { setTimeout as sleep } from 'node:timers/promises';
import { describeDuration } from '../../packages/shared/src/duration.ts';
import { toError } from '../../packages/shared/src/errors.ts';
import { describeExit, type Exit, type Guarded } from './guarded.ts';
import type { Report } from './report.ts';

const firstDelayMs = 500;
const maxDelayMs = 30_000;
/** A process that ran this long was well: the next failure counts as the first. */
const healthyAfterMs = 60_000;

export interface Kept<P extends Guarded> {
  readonly name: string;
  /** The process of now, or the one that has just ended. */
  current(): P;
  /** Stops the process and keeps it stopped. Idempotent. */
  stop(): Promise<void>;
  /** Kills it at once. */
  kill(): void;
}

export interface KeepOptions<P extends Guarded> {
  /** Starts the process anew. */
  readonly start: () => Promise<P>;
  readonly report: Report;
  /** Asked after each end; the process stays down when this says no. Default: yes. */
  readonly mayRestart?: (exit: Exit) => boolean;
}

/**
 * Restarts a process that ends before it is told to, after 0.5 s at first, twice as long each time up
 * to 30 s, and says so.
 */
export const keepRunning = <P extends Guarded>(first: P, options: KeepOptions<P>): Kept<P> => {
  const { start, report, mayRestart = () => true } = options;
  const { name } = first;
  const stopping = new AbortController();
  let current = first;

  const pause = (ms: number) =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  const restart = async (nextDelay: () => number): Promise<void> => {
    for (;;) {
      await pause(nextDelay());
      if (stopping.signal.aborted) return;
      try {
        current = await start();
        return;
      } catch (err) {
        report.error(`${name} could not be restarted: ${toError(err).message}`);
      }
    }
  };

  const watch = async () => {
    let delayMs = firstDelayMs;
    let startedAt = performance.now();
    const nextDelay = () => {
      const ms = delayMs;
      delayMs = Math.min(delayMs * 2, maxDelayMs);
      return ms;
    };
    for (;;) {
      const exit = await current.exited;
      if (stopping.signal.aborted || !mayRestart(exit)) return;
      if (performance.now() - startedAt >= healthyAfterMs) delayMs = firstDelayMs;
      report.warn(`${name} ${describeExit(exit)}; restarting it in ${describeDuration(delayMs)}`, {
        process: name,
        ...exit,
      });
      await restart(nextDelay);
      if (stopping.signal.aborted) return;
      startedAt = performance.now();
    }
  };
  const watching = watch();

  return {
    name,
    current: () => current,
    kill: () => current.kill(),
    stop: async () => {
      stopping.abort();
      await current.stop();
      // A restart may have been under way: what it has started must be stopped as well.
      await watching;
      await current.stop();
    },
  };
};

import { toError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Component } from './stack.ts';

/** A time between two rounds: a quarter less or more, so that processes spread. */
export const aboutEvery = (ms: number): number => ms * (0.75 + 0.5 * Math.random());

/**
 * Work that is done again and again, at start and then about every so often, whatever became of the
 * round before. Nothing waits for it, but a stop waits for the round that is under way.
 */
export const inRounds = (options: {
  name: string;
  /** Milliseconds. */
  everyMs: number;
  /** @param signal aborts when the process stops. */
  round: (signal: AbortSignal) => Promise<void>;
  /** What the log says of a round that failed. */
  failed: string;
  log: Log;
}): Component => {
  const { name, everyMs, round, failed, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const doRound = async () => {
    try {
      await round(signal);
    } catch (err) {
      log.warn({ reason: toError(err).message }, failed);
    }
    if (!signal.aborted) timer = setTimeout(begin, aboutEvery(everyMs));
  };
  const begin = () => {
    running = doRound();
  };

  return {
    name,
    start: async () => begin(),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};

import { toError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createTidy, type TidyOptions } from './tidy.ts';

/** Time between two rounds, in milliseconds; a quarter less or more, so that processes spread. */
const everyMs = 30_000;

/**
 * Keeps the dead letters true, at start and every half minute. Any number of processes may do so at
 * once. Nothing waits for it: a round that fails is logged, and the next one does its work.
 */
export const deadLetterJanitor = (options: TidyOptions & { log: Log }): Component => {
  const { log } = options;
  const tidy = createTidy(options);
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const round = async () => {
    try {
      const report = await tidy(stopping.signal);
      const hasChanged = report.entered + report.forgotten + report.evicted > 0;
      log[hasChanged ? 'info' : 'debug'](report, 'dead letters tidied');
    } catch (err) {
      log.warn({ reason: toError(err).message }, 'dead letters were not tidied; trying again');
    }
    if (stopping.signal.aborted) return;
    timer = setTimeout(begin, everyMs * (0.75 + 0.5 * Math.random()));
  };
  const begin = () => {
    running = round();
  };

  return {
    name: 'dead-letter janitor',
    start: async () => begin(),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
};

import { inRounds } from '@drover/shared/lifecycle/rounds';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import { createTidy, type TidyOptions } from './tidy.ts';

/** Time between two rounds, in milliseconds. */
const everyMs = 30_000;

/** Keeps the dead letters true. Any number of processes may do so at once. */
export const deadLetterJanitor = (options: TidyOptions & { log: Log }): Component => {
  const { log } = options;
  const tidy = createTidy(options);
  return inRounds({
    name: 'dead-letter janitor',
    everyMs,
    round: async (signal) => {
      const report = await tidy(signal);
      const hasChanged = report.entered + report.forgotten + report.evicted > 0;
      log[hasChanged ? 'info' : 'debug'](report, 'dead letters tidied');
    },
    failed: 'dead letters were not tidied; trying again',
    log,
  });
};

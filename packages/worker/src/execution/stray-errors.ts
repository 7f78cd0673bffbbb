import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attempt } from './attempt.ts';
import type { Ending } from './ending.ts';
import { UncaughtError } from './interruption.ts';
import type { Layer } from './layer.ts';
import { describeAttempt } from './logging.ts';
import { readThrown } from './thrown.ts';

/**
 * Whose code runs, through every promise, timer and socket that a handler begins. The one thing that
 * is shared by a whole process: what fails with nobody to catch it comes to the process alone.
 */
const current = new AsyncLocalStorage<Attempt>();

/** Does something as if the attempt's handler had. */
export const asHandlerOf = (attempt: Attempt, act: () => void): void => current.run(attempt, act);

/** Makes what the handler leaves behind known as this attempt's. */
export const attributed: Layer<Ending> = (attempt, next) => current.run(attempt, next, attempt);

/**
 * Deals with an error that nobody caught, where it comes out of a job's handler: the attempt fails,
 * if it still runs, and the worker and its other jobs go on.
 * @returns false when it is no job's: then the process itself is at fault.
 */
export const blameJob = (thrown: unknown): boolean => {
  const attempt = current.getStore();
  if (!attempt) return false;
  const { message, stack } = readThrown(thrown);
  attempt.interruption.interrupt(new UncaughtError(message, thrown));
  attempt.log.error(
    { ...describeAttempt(attempt), reason: message, stack },
    'the handler left an error that nobody caught',
  );
  return true;
};

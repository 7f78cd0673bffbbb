import type { Attempt } from './attempt.ts';
import { LockLost, NotYet } from './interruption.ts';
import type { Layer } from './layer.ts';
import type { Workshop } from './workshop.ts';

/** A job that has lost this many workers is buried at the next loss: 3 losses in all. */
export const forgivenLosses = 2;

/** How soon a job that may not begin yet comes back, in milliseconds. */
const askAgainMs = 1_000;

/** One more loss would bury it. */
const isOnProbation = ({ job }: Attempt): boolean => job.stalledCounter >= forgivenLosses;

/**
 * Keeps the attempt in the register of running jobs, where heartbeats, cancellations, lost locks and
 * the shutdown find it. Two cases have to wait:
 * - The same job runs here already: its lock was lost, and this is its heir. The first run ends now.
 * - It has lost as many workers as are forgiven, and so has another job that runs here. One of the two
 *   may be what kills them; were they lost together again, both would be buried.
 */
export const registered = ({ running }: Pick<Workshop, 'running'>): Layer<unknown> => {
  const refuseForNow = (attempt: Attempt): void => {
    const earlier = running.get(attempt.id);
    if (earlier) {
      earlier.interruption.interrupt(new LockLost());
      throw new NotYet('its run before is not over yet', askAgainMs);
    }
    if (isOnProbation(attempt) && running.some(isOnProbation)) {
      throw new NotYet('another job that has lost workers runs here', askAgainMs);
    }
  };

  return async (attempt, next) => {
    refuseForNow(attempt);
    running.add(attempt);
    try {
      return await next(attempt);
    } finally {
      running.delete(attempt);
    }
  };
};

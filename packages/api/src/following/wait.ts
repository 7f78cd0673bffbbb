import { isTerminal, type JobResource } from '@drover/jobs/contract/job-resource';
import type { JobAddress } from '@drover/shared/job-id';
import type { Watches } from './watches.ts';

/**
 * Waits until the job has finished, for so long at most, or until the client or this process goes.
 * @returns the job as it was seen last; undefined when it is gone or was never seen.
 * @throws connection errors when Redis does not answer at first.
 */
export const waitUntilFinished = async (
  watches: Watches,
  job: JobAddress,
  limits: { ms: number; signal: AbortSignal },
): Promise<JobResource | undefined> => {
  const over = Promise.withResolvers<void>();
  let latest: JobResource | undefined;
  const leave = await watches.follow(job, {
    changed: (now) => {
      latest = now;
      if (!now || isTerminal(now.status)) over.resolve();
    },
    released: over.resolve,
  });
  const timer = setTimeout(over.resolve, limits.ms);
  if (limits.signal.aborted) over.resolve();
  limits.signal.addEventListener('abort', () => over.resolve(), { once: true });
  try {
    await over.promise;
    return latest;
  } finally {
    clearTimeout(timer);
    leave();
  }
};

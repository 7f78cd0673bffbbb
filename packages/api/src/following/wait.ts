import { terminalStatuses } from '@drover/jobs/contract/job-resource';
import type { JobAddress } from '@drover/shared/job-id';
import type { Watches } from './watches.ts';

/** Whether nothing comes after a status, of a job or a workflow. */
const isLast = (status: string): boolean =>
  (terminalStatuses as readonly string[]).includes(status);

/**
 * Waits until the job has finished, for so long at most, or until the client or this process goes.
 * @returns the job as it was seen last; undefined when it is gone or was never seen.
 * @throws connection errors when Redis does not answer at first.
 */
export const waitUntilFinished = async <Resource extends { status: string }>(
  watches: Watches<Resource>,
  job: JobAddress,
  limits: { ms: number; signal: AbortSignal },
): Promise<Resource | undefined> => {
  const over = Promise.withResolvers<void>();
  let latest: Resource | undefined;
  const leave = await watches.follow(job, {
    changed: (now) => {
      latest = now;
      if (!now || isLast(now.status)) over.resolve();
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

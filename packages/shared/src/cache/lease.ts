import type { Log } from '../log.ts';
import type { Place } from './place.ts';
import { leaseMs, type Remote } from './remote.ts';

/**
 * Does work while the lock is kept from expiring. A process that dies, or hangs for as long as the lease,
 * loses the lock, and with it the right to store what it made.
 */
export const holding = async <T>(
  { remote, log }: { remote: Remote; log: Log },
  place: Place,
  token: string | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  if (token === undefined) return work();
  const renew = () =>
    void remote.renew(place, token).catch((err: Error) => {
      log.debug({ cache: place.cache, reason: err.message }, 'a cache lock was not renewed');
    });
  const timer = setInterval(renew, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

import type { Log } from '../log.ts';
import type { Place } from './place.ts';
import { leaseMs, type Remote } from './remote.ts';

/**
 * Does work while the lock is kept from expiring. A process that dies, or hangs for as long as the lease,
 * loses the lock, and with it the right to store what it made. So does who works longer than the limit.
 */
export const holding = async <T>(
  { remote, log }: { remote: Remote; log: Log },
  place: Place,
  token: string | undefined,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> => {
  if (token === undefined) return work();
  const startedAt = performance.now();
  const renew = () => {
    if (performance.now() - startedAt > limitMs) return clearInterval(timer);
    void remote.renew(place, token).catch((err: Error) => {
      log.debug({ cache: place.cache, reason: err.message }, 'a cache lock was not renewed');
    });
  };
  const timer = setInterval(renew, leaseMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

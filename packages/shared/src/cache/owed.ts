import type { Log } from '../log.ts';
import type { Place } from './place.ts';
import { isAway } from './remote.ts';

/** How often invalidations are tried that Redis was not there for, in milliseconds. */
const retryMs = 500;

/** Invalidations that must happen, if not now, then as soon as Redis is back. Lost with the process. */
export interface Owed {
  /** Resolves when it has happened or is on the list. */
  invalidate(place: Place): Promise<void>;
  /** Tries those on the list a last time. */
  stop(): Promise<void>;
}

export const createOwed = ({
  drop,
  log,
}: {
  /** @throws connection errors. */
  drop: (place: Place) => Promise<void>;
  log: Log;
}): Owed => {
  const places = new Map<string, Place>();
  let timer: NodeJS.Timeout | undefined;

  const settle = async () => {
    timer = undefined;
    for (const [entry, place] of places) {
      try {
        await drop(place);
        places.delete(entry);
      } catch (err) {
        if (!isAway(err)) log.error({ err: err as Error }, 'a cache entry was not invalidated');
        return schedule();
      }
    }
  };
  const schedule = () => {
    timer ??= setTimeout(() => void settle(), retryMs).unref();
  };

  return {
    invalidate: async (place) => {
      try {
        await drop(place);
      } catch (err) {
        if (!isAway(err)) throw err;
        places.set(place.entry, place);
        schedule();
      }
    },
    stop: async () => {
      clearTimeout(timer);
      await settle();
      clearTimeout(timer);
      if (places.size > 0) log.warn({ keys: places.size }, 'cache entries were not invalidated');
    },
  };
};

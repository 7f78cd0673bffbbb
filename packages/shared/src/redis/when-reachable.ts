import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { isRedisUnavailable } from './unavailable.ts';

/** How soon it is tried again, in milliseconds. */
const retryMs = 500;

/**
 * Does what a process cannot start without, again and again while Redis is not reachable: a connection
 * may break right after the preflight, which is no reason for a process to end.
 * @param options.stopping ends the trying: nobody waits for it any more.
 * @throws whatever else `work` throws.
 */
export const whenReachable = async (
  what: string,
  work: () => Promise<void>,
  options: { stopping: AbortSignal; log: Log },
): Promise<void> => {
  const { stopping, log } = options;
  while (!stopping.aborted) {
    try {
      return await work();
    } catch (err) {
      if (!isRedisUnavailable(err)) throw err;
      log.warn({ reason: (err as Error).message }, `${what}: waiting for Redis`);
    }
    await sleep(retryMs, undefined, { signal: stopping }).catch(() => undefined);
  }
};

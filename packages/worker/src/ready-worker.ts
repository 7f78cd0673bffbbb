import type { Log } from '@drover/shared/log';
import { whenReachable } from '@drover/shared/redis/when-reachable';
import type { Worker } from 'bullmq';

/**
 * A BullMQ worker that is connected, and claims nothing before it is run. BullMQ connects only once: where
 * that fails because Redis is away, the worker is closed, and another one tries again.
 * @returns undefined when it was stopped before Redis was there.
 */
export const readyWorker = async (
  create: () => Worker,
  { name, stopping, log }: { name: string; stopping: AbortSignal; log: Log },
): Promise<Worker | undefined> => {
  let ready: Worker | undefined;
  const connect = async () => {
    const bull = create();
    try {
      await bull.waitUntilReady();
    } catch (err) {
      await bull.close(true).catch(() => undefined);
      throw err;
    }
    ready = bull;
  };
  await whenReachable(name, connect, { stopping, log });
  return stopping.aborted ? undefined : ready;
};

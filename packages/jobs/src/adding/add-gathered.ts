import { toError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { gather } from '@drover/shared/redis/gather';
import { addJobs } from './add-jobs.ts';
import { addPlain, isPlain } from './add-plain.ts';
import { type Added, type Addition, failed } from './addition.ts';

/** An addition that waits to be sent with others. */
interface Waiting {
  readonly addition: Addition;
  settle(added: Added): void;
}

/** Adds one job. It never throws but what its gate throws: what failed says so. */
export type AddJob = (addition: Addition) => Promise<Added>;

/**
 * Adds the jobs of requests that come at about the same time together, those of a queue by one command:
 * the more come at once, the cheaper each. A job that comes alone waits for no other.
 */
export const createAddJob = (queues: QueueSet): AddJob => {
  const waiting = new Map<string, Waiting[]>();

  const send = async (group: readonly Waiting[]): Promise<void> => {
    const additions = group.map(({ addition }) => addition);
    const added = await addPlain(queues, additions).catch((thrown) =>
      additions.map(() => failed(toError(thrown))),
    );
    for (const [n, { settle }] of group.entries()) settle(added[n] as Added);
  };
  const sendAll = (): void => {
    for (const group of waiting.values()) void send(group);
    waiting.clear();
  };
  const soon = gather(sendAll);
  let isLeaving = false;
  /** All who pass a gate in this turn are let through it at once, and close behind its decision. */
  const atOnce = () => {
    if (isLeaving) return;
    isLeaving = true;
    queueMicrotask(() => {
      isLeaving = false;
      sendAll();
    });
  };

  const wait = (addition: Addition, leave: () => void): Promise<Added> =>
    new Promise((settle) => {
      const { job, idempotency } = addition;
      const key = `${job.partition}:${job.queue}:${idempotency ? 'keyed' : ''}`;
      const group = waiting.get(key);
      if (group) group.push({ addition, settle });
      else waiting.set(key, [{ addition, settle }]);
      leave();
    });

  return (addition) => {
    const { job, gate } = addition;
    if (!isPlain(addition)) return addJobs(queues, [addition]).then(([added]) => added as Added);
    if (!gate) return wait(addition, soon);
    const jobKey = queues.keys.inQueue(job.queue, job.partition, job.id);
    return gate(jobKey, () => wait(addition, atOnce));
  };
};

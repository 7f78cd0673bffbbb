import type { Attempt } from './attempt.ts';
import { LockLost } from './interruption.ts';
import type { Layer } from './layer.ts';
import type { Workshop } from './workshop.ts';

type Parts = Pick<Workshop, 'queues'>;

const holdsLock = async ({ address, token }: Attempt, { queues }: Parts): Promise<boolean> => {
  const { queue, partition, id } = address;
  return (await queues.redis.get(queues.keys.inQueue(queue, partition, `${id}:lock`))) === token;
};

/** Redis is asked only when the lock was not renewed in time, as far as we know. */
const mayHaveLostLock = ({ heldUntil }: Attempt): boolean => heldUntil < Date.now();

/**
 * Drops what an attempt has come to where its lock ran out meanwhile, as in a process that was stopped
 * or whose event loop was blocked. BullMQ refuses such an end in any case; here it is not even logged
 * and counted as one.
 */
export const held =
  (parts: Parts): Layer<unknown> =>
  async (attempt, next) => {
    const checkLock = async () => {
      if (mayHaveLostLock(attempt) && !(await holdsLock(attempt, parts))) throw new LockLost();
    };
    try {
      const result = await next(attempt);
      if (mayHaveLostLock(attempt)) await checkLock();
      return result;
    } catch (thrown) {
      await checkLock();
      throw thrown;
    }
  };

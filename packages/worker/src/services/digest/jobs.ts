import { countDeadLetters as count } from '@drover/jobs/dead-letters/groups';
import { deadLettersOf } from '@drover/jobs/dead-letters/place';
import { queueNames } from '@drover/jobs/definition/queues';
import type { QueueDay } from '@drover/jobs/digest/figures';
import type { QueueSet } from '@drover/shared/queues/queue-set';

interface Place {
  queues: QueueSet;
  partitions: number;
}

/** What BullMQ and we keep ended jobs in, by the time of their end. */
const sets = ['completed', 'failed', 'canceled', 'expired'] as const;

const countIn = async (
  { queues: { redis, keys } }: Place,
  queue: string,
  partition: number,
  { since, until }: { since: number; until: number },
): Promise<Omit<QueueDay, 'queue'>> => {
  const counts = await Promise.all(
    sets.map((set) => redis.zcount(keys.inQueue(queue, partition, set), since, `(${until}`)),
  );
  const [succeeded = 0, ended = 0, canceled = 0, expired = 0] = counts;
  const withdrawn = canceled + expired;
  return { succeeded, failed: Math.max(0, ended - withdrawn), withdrawn };
};

/** The jobs that ended that day and are kept still, by queue; queues without any are left out. */
export const jobsOfDay = async (
  place: Place,
  day: { since: number; until: number },
): Promise<QueueDay[]> => {
  const days = await Promise.all(
    queueNames.map(async (queue) => {
      const parts = await Promise.all(
        Array.from({ length: place.partitions }, (_, n) => countIn(place, queue, n, day)),
      );
      const sum = (of: keyof Omit<QueueDay, 'queue'>) => parts.reduce((n, it) => n + it[of], 0);
      return {
        queue,
        succeeded: sum('succeeded'),
        failed: sum('failed'),
        withdrawn: sum('withdrawn'),
      };
    }),
  );
  return days.filter(({ succeeded, failed, withdrawn }) => succeeded + failed + withdrawn > 0);
};

/** Dead letters of all tenants. */
export const countDeadLetters = ({ queues, partitions }: Place): Promise<number> =>
  count(deadLettersOf(queues, partitions), { tenant: null });

import { parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { z } from 'zod';
import type { DeadLetterService } from '../definition/services.ts';
import { countDeadLetters } from './groups.ts';
import { deadLettersOf } from './place.ts';
import { redriveAll } from './redrive.ts';

/** Progress as it is stored. */
const noted = z.object({ note: z.string() });

/** What the job of a bulk redrive works with. */
export const createDeadLetterService = (
  queues: QueueSet,
  partitions: number,
): DeadLetterService => {
  const letters = deadLettersOf(queues, partitions);
  return {
    count: (filter) => countDeadLetters(letters, filter),
    redriveAll: (filter, options) => redriveAll(letters, filter, options),
    notedBefore: async (id) => {
      const address = parseJobId(id);
      const job = address && (await queues.read(address));
      return noted.safeParse(job?.progress).data?.note;
    },
  };
};

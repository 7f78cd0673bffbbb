import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { DeadLetterService } from '../definition/services.ts';
import { countDeadLetters } from './groups.ts';
import { deadLettersOf } from './place.ts';
import { redriveAll } from './redrive.ts';

/** What the job of a bulk redrive works with. */
export const createDeadLetterService = (
  queues: QueueSet,
  partitions: number,
): DeadLetterService => {
  const letters = deadLettersOf(queues, partitions);
  return {
    count: (filter) => countDeadLetters(letters, filter),
    redriveAll: (filter, options) => redriveAll(letters, filter, options),
  };
};

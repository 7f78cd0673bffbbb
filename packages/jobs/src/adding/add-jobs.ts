import { toError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { QueuedJob } from '../record/queued-job.ts';
import { type Added, type Addition, backendOf, failed, toAdded, toJobJson } from './addition.ts';
import { addDebounced } from './debounce.ts';
import { addTogether } from './transaction.ts';

/** The one job that most requests bring: neither pipeline nor transaction. */
const addSingle = async (queues: QueueSet, job: QueuedJob): Promise<Added> => {
  const add = () => backendOf(queues, job).addJob(toJobJson(job), job.id);
  try {
    const id =
      job.debounceMs === undefined
        ? await add()
        : await addDebounced(queues, job, job.debounceMs, add);
    return toAdded(job, id);
  } catch (thrown) {
    return failed(toError(thrown));
  }
};

type Group = [Addition, ...Addition[]];

const addGroup = async (queues: QueueSet, group: Group): Promise<readonly Added[]> => {
  try {
    return await addTogether(queues, group);
  } catch (thrown) {
    return group.map(() => failed(toError(thrown)));
  }
};

/** A debounced job that was found waiting takes over the latest data. */
const debounceAgain = (
  queues: QueueSet,
  { job }: Addition,
  added: Added,
): Promise<Added> | Added =>
  job.debounceMs !== undefined && added.outcome === 'deduplicated' ? addSingle(queues, job) : added;

/**
 * Adds jobs, in one round trip to Redis for each partition. It never throws for one job's sake: what
 * failed says so.
 * @returns one outcome for each addition, in the same order.
 */
export const addJobs = async (
  queues: QueueSet,
  additions: readonly Addition[],
): Promise<readonly Added[]> => {
  const [only] = additions;
  if (additions.length === 1 && only && !only.idempotency)
    return [await addSingle(queues, only.job)];
  const groups = Map.groupBy(additions, ({ job }) => job.partition);
  const outcomes = new Map<Addition, Added>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const added = await addGroup(queues, group as Group);
      for (const [i, addition] of group.entries()) outcomes.set(addition, added[i] as Added);
    }),
  );
  return Promise.all(
    additions.map((addition) => debounceAgain(queues, addition, outcomes.get(addition) as Added)),
  );
};

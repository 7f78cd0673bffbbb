import { toError } from '@drover/shared/errors';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { QueuedJob } from '../record/queued-job.ts';
import { addKeyed } from './across.ts';
import { addPlain, isPlain } from './add-plain.ts';
import { type Added, type Addition, backendOf, failed, toAdded, toJobJson } from './addition.ts';
import { addDebounced } from './debounce.ts';
import { repoint } from './idempotency.ts';
import { addSettled, type KeyedAddition } from './transaction.ts';

/** One job without a key, BullMQ's way. */
const addAlone = async (queues: QueueSet, job: QueuedJob): Promise<Added> => {
  const add = () =>
    job.data.settle
      ? addSettled(queues, job)
      : backendOf(queues, job).addJob(toJobJson(job), job.id);
  const id =
    job.debounceMs === undefined
      ? await add()
      : await addDebounced(queues, job, job.debounceMs, add);
  return toAdded(job, id);
};

/** A debounced job that was found waiting takes over the latest data, or a new one its place. */
const debounceAgain = async (
  queues: QueueSet,
  { job, idempotency }: Addition,
  added: Added,
): Promise<Added> => {
  if (job.debounceMs === undefined || added.outcome !== 'deduplicated') return added;
  const again = await addAlone(queues, job);
  if (idempotency && 'id' in again && again.id !== added.id) {
    await repoint(queues, idempotency, again.id);
  }
  return again;
};

type Group = [Addition, ...Addition[]];

/** The jobs of a request have keys all or none. */
const isKeyed = (group: Group): group is [KeyedAddition, ...KeyedAddition[]] =>
  group[0].idempotency !== undefined;

/**
 * Jobs of one queue and partition. Plain ones are added together. Where others are among them, all go
 * BullMQ's way, so that their order is kept; without keys there is nothing to tie together then: the adds
 * are written one by one in the same turn, and the connection sends them as one packet.
 */
const addGroup = async (queues: QueueSet, group: Group): Promise<readonly Added[]> => {
  if (group.every(isPlain)) return addPlain(queues, group);
  if (!isKeyed(group)) {
    return Promise.all(
      group.map(({ job }) => addAlone(queues, job).catch((thrown) => failed(toError(thrown)))),
    );
  }
  const added = await addKeyed(queues, group);
  return Promise.all(group.map((it, i) => debounceAgain(queues, it, added[i] as Added)));
};

/** The one job of a request, behind its gate. */
const addOnly = async (queues: QueueSet, addition: Addition): Promise<Added> => {
  const { job, gate, idempotency } = addition;
  const add = async () => {
    if (!idempotency && !isPlain(addition)) return addAlone(queues, job);
    const [added] = await addGroup(queues, [addition]);
    return added as Added;
  };
  return gate ? gate(queues.keys.inQueue(job.queue, job.partition, job.id), add) : add();
};

/** What fails for all alike fails for each. */
const settled = async (
  adding: Promise<readonly Added[]>,
  additions: readonly Addition[],
): Promise<readonly Added[]> => {
  try {
    return await adding;
  } catch (thrown) {
    return additions.map(() => failed(toError(thrown)));
  }
};

/**
 * Adds jobs, in one round trip to Redis for each partition. It never throws for one job's sake: what
 * failed says so. Only a job that comes alone may have a gate.
 * @returns one outcome for each addition, in the same order.
 */
export const addJobs = async (
  queues: QueueSet,
  additions: readonly Addition[],
): Promise<readonly Added[]> => {
  const [only] = additions;
  if (additions.length === 1 && only) {
    return settled(
      addOnly(queues, only).then((added) => [added]),
      additions,
    );
  }
  const groups = Map.groupBy(additions, ({ job }) => `${job.partition}:${job.queue}`);
  const outcomes = new Map<Addition, Added>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const added = await settled(addGroup(queues, group as Group), group);
      for (const [i, addition] of group.entries()) outcomes.set(addition, added[i] as Added);
    }),
  );
  return additions.map((addition) => outcomes.get(addition) as Added);
};

import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript } from '@drover/shared/redis/script';
import { dataText } from '../record/job-text.ts';
import type { QueuedJob } from '../record/queued-job.ts';
import { addPending, isPending } from './across.ts';
import { addedCode, addScript, keyNames } from './add-script.ts';
import { type Added, type Addition, failed } from './addition.ts';
import { type IdempotencyRecord, idempotencyTtlMs, readAdmission } from './idempotency.ts';
import type { KeyedAddition } from './transaction.ts';

/** Most jobs, and characters of them, that one command adds: others wait for Redis meanwhile. */
const maxJobs = 100;
const maxCharacters = 262_144;

/** Whether a job needs nothing but to be stored and to wait for its turn: most do. */
const isPlainJob = ({ data, opts, debounceMs }: QueuedJob): boolean =>
  opts.delay === undefined &&
  opts.deduplication === undefined &&
  debounceMs === undefined &&
  data.settle === undefined;

/** Whether {@link addPlain} can add it: its idempotency key, if it has one, lives where the job does. */
export const isPlain = ({ job, idempotency }: Addition): boolean =>
  isPlainJob(job) && (idempotency === undefined || idempotency.partition === job.partition);

/** What the gate of a job refused was not added; whoever waits for the gate learns it from there. */
const refused = failed(new Error('the gate was shut'));

const readCode = (code: number | string, { job, idempotency }: Addition): Added => {
  if (typeof code === 'number') {
    return code === addedCode ? { outcome: 'added', id: job.id } : refused;
  }
  const admission = readAdmission(code, idempotency as IdempotencyRecord);
  return admission.is === 'replay'
    ? { outcome: 'replayed', id: admission.id, isPending: admission.isPending }
    : { outcome: 'conflict' };
};

/** Appends what the script takes of an addition. @returns how many characters that are, about. */
const pushParameters = (
  parameters: (string | number)[],
  { job, idempotency }: Addition,
  { keys }: QueueSet,
): number => {
  const { id, name, opts, timestamp } = job;
  const json = dataText(job);
  parameters.push(id, name, json, JSON.stringify(opts), timestamp, opts.priority);
  if (idempotency) {
    const record = keys.idempotency(idempotency.partition, idempotency.digest);
    parameters.push(record, idempotency.fingerprint);
  }
  return json.length;
};

/** Sends one command for as many of them as it may take. @returns how many these were. */
const sendSome = (
  queues: QueueSet,
  additions: readonly Addition[],
  from: number,
): { count: number; reply: Promise<unknown> } => {
  const { redis, keys } = queues;
  const { job, idempotency } = additions[from] as Addition;
  const { queue, partition } = job;
  const parameters = [keys.inQueue(queue, partition, ''), idempotency ? idempotencyTtlMs : ''];
  const end = Math.min(additions.length, from + maxJobs);
  let characters = 0;
  let next = from;
  while (next < end && characters < maxCharacters) {
    characters += pushParameters(parameters, additions[next] as Addition, queues);
    next += 1;
  }
  const queueKeys = keyNames.map((name) => keys.inQueue(queue, partition, name));
  return { count: next - from, reply: runScript(redis, addScript, queueKeys, parameters) };
};

const settle = async (
  reply: Promise<unknown>,
  additions: readonly Addition[],
): Promise<readonly Added[]> => {
  try {
    const codes = (await reply) as (number | string)[] | null;
    return additions.map((addition, n) => readCode(codes?.[n] ?? addedCode, addition));
  } catch (error) {
    return additions.map(() => failed(error as Error));
  }
};

/**
 * Adds plain jobs of one queue and partition, all with idempotency keys or all without: one command for
 * up to a hundred. All commands are sent before it returns. What Redis fails at is an outcome, too.
 * @returns one outcome for each addition, in the same order.
 * @throws TypeError for what cannot be written as JSON.
 */
export const addPlain = async (
  queues: QueueSet,
  additions: readonly Addition[],
): Promise<readonly Added[]> => {
  const settling: Promise<readonly Added[]>[] = [];
  for (let from = 0; from < additions.length; ) {
    const { count, reply } = sendSome(queues, additions, from);
    settling.push(settle(reply, additions.slice(from, from + count)));
    from += count;
  }
  const added =
    settling.length === 1
      ? await (settling[0] as Promise<readonly Added[]>)
      : (await Promise.all(settling)).flat();
  return added.some(isPending)
    ? addPending(queues, additions as readonly KeyedAddition[], added)
    : added;
};

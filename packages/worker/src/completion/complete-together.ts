import { settleQueue } from '@drover/jobs/settling/settle-job';
import { partitionPrefix } from '@drover/jobs/workflows/place';
import type { Keys } from '@drover/shared/keys';
import type { RedisClient } from '@drover/shared/redis/client';
import { sendNow } from '@drover/shared/redis/cork';
import { runScript } from '@drover/shared/redis/script';
import { type MinimalJob, type RedisQueueBackend, raw2NextJobData, type Worker } from 'bullmq';
import { completeScript, keyNames } from './script.ts';

/** Jobs that one command completes at most: other commands of Redis wait meanwhile. */
const batchSize = 50;

export interface CompletionOptions {
  redis: RedisClient;
  keys: Keys;
  queue: string;
  partition: number;
  lockDurationMs: number;
  /**
   * How long completed jobs are kept, as workflows that have ended well, and workflows that have not;
   * undefined: jobs are removed, nobody is told, and none of them is a step of a workflow.
   */
  keep: { readonly succeededMs: number; readonly failedMs: number } | undefined;
  /** Name of the worker, which claimed jobs carry. */
  worker: string;
}

type Complete = RedisQueueBackend['moveToCompleted'];
type Completed = Awaited<ReturnType<Complete>>;

/** A job that has succeeded and is to be completed. */
interface Completion {
  readonly id: string;
  readonly token: string;
  readonly result: string;
  /** Attempts made, this one included. */
  readonly attempts: number;
  /** The settle job that waits for its end, or nothing. */
  readonly settleJob: string;
  /** When this attempt began, in milliseconds, or nothing. */
  readonly begunAt: number | '';
  readonly wantsNext: boolean;
  resolve(completed: Completed): void;
  reject(reason: unknown): void;
  /** Does it BullMQ's way. */
  leave(): void;
}

type Reply = [codes: number[], nexts: unknown[][], isNextLeft: number];

/** A job with a dedupe key, or a wish of its own for what becomes of it. */
const isSpecial = (job: MinimalJob, keep: unknown): boolean =>
  (job as { deduplicationId?: string }).deduplicationId !== undefined || keep !== undefined;

/** What cannot be written as JSON is left to BullMQ, which says so. */
const toJson = (result: unknown): string | undefined => {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    return undefined;
  }
};

/**
 * Makes a worker complete the jobs that succeed in one turn of the event loop together, and claim as
 * many others, by one command: the more jobs run at once, the less each costs Redis and the worker.
 * BullMQ does so with one command for each. Followers of the jobs are told in the same command.
 * @param told called with each job whose followers have been told.
 */
export const completeTogether = (
  worker: Worker,
  options: CompletionOptions,
  told: (job: MinimalJob) => void = () => undefined,
): void => {
  const { redis, keys, queue, partition } = options;
  const backend = worker.backend as RedisQueueBackend;
  const completeAlone = backend.moveToCompleted.bind(backend) as Complete;
  const key = (name: string) => keys.inQueue(queue, partition, name);
  const queueKeys = keyNames.map(key);
  const prefix = key('');
  // BullMQ keeps jobs for whole seconds: what is old here must be old to it, which removes it.
  const { keep } = options;
  const oldAfterMs = keep && Math.ceil(keep.succeededMs / 1_000) * 1_000;
  const workflowsAreKept = [keep?.succeededMs ?? '', keep?.failedMs ?? ''];
  const settleJobs = keys.inQueue(settleQueue, partition, '');

  /** @returns an empty string for a job without one; undefined for one with another parent. */
  const settleJobOf = ({ parentKey }: MinimalJob): string | undefined => {
    if (parentKey === undefined) return '';
    return parentKey.startsWith(settleJobs) ? parentKey.slice(settleJobs.length) : undefined;
  };
  const waiting: Completion[] = [];
  let isNextLeft = false;

  const parametersOf = (completion: Completion) => {
    const { id, token, result, attempts, settleJob, begunAt, wantsNext } = completion;
    const channel = keys.changes({ id, queue, partition });
    return [id, token, result, attempts, settleJob, begunAt, channel, wantsNext ? 1 : 0];
  };

  const complete = async (batch: readonly Completion[]): Promise<void> => {
    const now = Date.now();
    const { lockDurationMs, worker: name } = options;
    const oldest = oldAfterMs === undefined ? '' : now - oldAfterMs;
    const places = [partitionPrefix(keys, partition), prefix];
    const shared = [
      ...places,
      now,
      lockDurationMs,
      name,
      oldest,
      ...workflowsAreKept,
      batch.length,
    ];
    try {
      const parameters = [...shared, ...batch.flatMap(parametersOf)];
      const reply = await runScript(redis, completeScript, queueKeys, parameters);
      const [codes, nexts, left] = reply as Reply;
      isNextLeft ||= left === 1;
      const claimed = nexts.values();
      for (const [n, completion] of batch.entries()) {
        if (codes[n] === 1) completion.leave();
        else {
          const next = completion.wantsNext ? claimed.next().value : undefined;
          completion.resolve({ result: raw2NextJobData(next as unknown[]), finishedOn: now });
        }
      }
    } catch (err) {
      for (const { reject } of batch) reject(err);
    }
  };

  /** Half of what runs at once: while Redis completes these, the worker runs the others. */
  const share = () => Math.min(batchSize, Math.ceil(worker.concurrency / 2));

  const completeSome = () => {
    if (isNextLeft && waiting.length > 0) {
      isNextLeft = false;
      waiting.shift()?.leave();
    }
    const batch = waiting.splice(0, share());
    if (batch.length > 0) void complete(batch);
    sendNow(redis);
    if (waiting.length > 0) setImmediate(completeSome);
  };

  backend.moveToCompleted = (job, returnValue, keep, token, wantsNext) => {
    const alone = () => completeAlone(job, returnValue, keep, token, wantsNext);
    const result = isSpecial(job, keep) ? undefined : toJson(returnValue);
    const settleJob = settleJobOf(job);
    if (result === undefined || settleJob === undefined || job.id === undefined) return alone();
    const { id, attemptsMade, processedOn = '' } = job;
    return new Promise((resolve, reject) => {
      waiting.push({
        id,
        token,
        result,
        attempts: attemptsMade + 1,
        settleJob,
        begunAt: processedOn,
        wantsNext: wantsNext && !worker.closing,
        resolve: (completed) => {
          told(job);
          resolve(completed);
        },
        reject,
        leave: () => alone().then(resolve, reject),
      });
      // A worker that runs one job at a time has no other to wait for.
      if (worker.concurrency === 1) completeSome();
      else if (waiting.length === 1) setImmediate(completeSome);
    });
  };
};

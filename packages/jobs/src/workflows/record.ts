import type { JobAddress } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { runScript, type Script } from '@drover/shared/redis/script';
import { partitionPrefix, workflowKey } from './place.ts';
import { type Prepared, type PreparedReply, toPrepared } from './prepared.ts';
import { recordFunctions } from './record-lua.ts';

/**
 * Records how a step ended: see `record-lua.ts`. Key: the workflow. Parameters: see {@link recordEnd}.
 */
const record: Script = {
  name: 'droverRecordStep',
  keys: 1,
  lua: `
    ${recordFunctions}
    local P, id, n, round, settleKey, now, succeeded, failed = unpack(ARGV)
    return recordStep(P, id, n, round, settleKey, now, {succeeded = succeeded, failed = failed})
  `,
};

type Reply = [
  answer: 'gone' | 'old' | 'unfinished' | 'recorded',
  ready?: PreparedReply[],
  doomed?: string[],
  ended?: 'ended',
];

/** What follows from the end of a step. */
export interface Consequences {
  /** Steps to be prepared and released. */
  ready: readonly Prepared[];
  /** Ids of the jobs that are never to start. */
  doomed: readonly string[];
  /** Whether the workflow has ended with this step. */
  hasEnded: boolean;
}

/**
 * Records how a step ended.
 * @param end.round which end of the job it is; undefined: the one that counts now.
 * @param end.settleKey where BullMQ keeps how the job ended, should the job be gone.
 * @returns undefined when there is nothing (any more) to record: the workflow is gone, the job runs
 *   again, or has not ended.
 */
export const recordEnd = async (
  queues: QueueSet,
  workflow: JobAddress,
  index: number,
  end: { round?: number | undefined; settleKey?: string | undefined },
  keep: { succeededMs: number; failedMs: number },
): Promise<Consequences | undefined> => {
  const [answer, ready = [], doomed = [], ended] = (await runScript(
    queues.redis,
    record,
    [workflowKey(queues.keys, workflow)],
    [
      partitionPrefix(queues.keys, workflow.partition),
      workflow.id,
      index,
      end.round ?? '',
      end.settleKey ?? '',
      Date.now(),
      keep.succeededMs,
      keep.failedMs,
    ],
  )) as Reply;
  if (answer !== 'recorded') return undefined;
  return { ready: ready.map(toPrepared), doomed, hasEnded: ended !== undefined };
};

import { channel } from 'node:diagnostics_channel';
import { type JobAddress, parseJobId } from '@drover/shared/job-id';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { withdraw } from '../transitions/withdraw.ts';
import { recordEnd } from './record.ts';
import { releaseStep } from './release.ts';

/** What moving a workflow on needs of the process. */
export interface WorkflowParts {
  queues: QueueSet;
  /** How long workflows and jobs are kept that have ended well, and those that have not. */
  keep: { readonly succeededMs: number; readonly failedMs: number };
  /**
   * Told of each workflow that has ended, at least once: a process that dies before this is done is
   * followed by another.
   */
  onEnd?(workflow: JobAddress): Promise<void>;
}

/** The end of one of a workflow's steps. */
export interface StepEnd {
  workflow: JobAddress;
  /** The step's place. */
  index: number;
  /** Which end of its job it is; undefined: the one that counts now. */
  round?: number;
  /** Where BullMQ keeps how the job ended, should the job be gone. */
  settleKey?: string;
}

/** How far a step's end has got: for tests that kill a process in the midst of it. */
export interface StepProgress extends StepEnd {
  point: 'recorded' | 'released';
}

/** Every step's end in this process, as {@link StepProgress}; costs nothing while nobody listens. */
export const stepEnds = channel('drover:workflow-step');

const tell = (end: StepEnd, point: StepProgress['point']): void => {
  if (stepEnds.hasSubscribers) stepEnds.publish({ ...end, point } satisfies StepProgress);
};

/** Jobs that are withdrawn at once: each takes a few round trips, which they share. */
const withdrawnAtOnce = 100;

/** Cancels jobs; those that have started are spared unless it is said. */
export const withdrawAll = async (
  { queues, keep }: WorkflowParts,
  ids: readonly string[],
  why: 'canceled' | 'expired',
  { startedToo = false } = {},
): Promise<'running'[]> => {
  const running: 'running'[] = [];
  for (let n = 0; n < ids.length; n += withdrawnAtOnce) {
    const answers = await Promise.all(
      ids.slice(n, n + withdrawnAtOnce).map(async (id) => {
        const address = parseJobId(id);
        return address && withdraw(queues, address, why, keep.failedMs, { startedToo });
      }),
    );
    running.push(...answers.filter((answer) => answer === 'running'));
  }
  return running;
};

/**
 * Takes a workflow on from the end of a step: records it, releases what nothing holds back any more,
 * cancels what will never run, and says so when the workflow has ended. All of it can be done again,
 * and must be when a process dies in the midst of it.
 */
export const advanceWorkflow = async (parts: WorkflowParts, end: StepEnd): Promise<void> => {
  const { workflow, index, round, settleKey } = end;
  const next = await recordEnd(parts.queues, workflow, index, { round, settleKey }, parts.keep);
  if (!next) return;
  tell(end, 'recorded');
  await Promise.all(next.ready.map((step) => releaseStep(parts.queues, step)));
  tell(end, 'released');
  await withdrawAll(parts, next.doomed, 'canceled');
  if (next.hasEnded) await parts.onEnd?.(workflow);
};

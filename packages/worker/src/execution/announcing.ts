import { announce } from '@drover/jobs/transitions/announce';
import { noteRetried } from '@drover/jobs/transitions/indexes';
import { parseWorkflowId } from '@drover/jobs/workflows/place';
import type { JobAddress } from '@drover/shared/job-id';
import type { Attempt } from './attempt.ts';
import type { Layer } from './layer.ts';
import type { Workshop } from './workshop.ts';

/**
 * Followers hear that a job runs so many milliseconds after it began, at most. One that is over by
 * then has nothing to tell but its end: most are, and a message costs as much as a handler.
 */
const tellAfterMs = 15;

type Parts = Pick<Workshop, 'queues' | 'log'>;

/** Those who follow the workflow of a step want to know of it, too. */
const workflowOf = ({ envelope }: Attempt): JobAddress | undefined =>
  envelope?.settle?.step && parseWorkflowId(envelope.settle.step.workflow);

/** Tells the followers of jobs that run for longer than a moment. */
const createTeller = (queues: Parts['queues']) => {
  const untold = new Set<Attempt>();
  let isDue = false;

  const tellAll = () => {
    isDue = false;
    for (const attempt of untold) {
      // Else this process was stopped, and the job may be another's by now.
      if (attempt.heldUntil <= Date.now()) continue;
      announce(queues, attempt.address, 'status');
      const workflow = workflowOf(attempt);
      if (workflow) announce(queues, workflow, 'status');
    }
    untold.clear();
  };

  return {
    tellSoon: (attempt: Attempt) => {
      untold.add(attempt);
      if (!isDue) setTimeout(tellAll, tellAfterMs);
      isDue = true;
    },
    neverMind: (attempt: Attempt) => untold.delete(attempt),
  };
};

/** Whether the job is counted among those that wait for another attempt. */
const mayBeRetrying = ({ job, envelope }: Attempt): boolean =>
  job.attemptsStarted > 1 || envelope?.base !== undefined;

/** Tells those who follow the job that it runs, and counts it no longer among those that wait to. */
export const announced = ({ queues, log }: Parts): Layer<unknown> => {
  const teller = createTeller(queues);
  return async (attempt, next) => {
    teller.tellSoon(attempt);
    if (mayBeRetrying(attempt)) {
      noteRetried(queues, attempt.address).catch((err: Error) =>
        log.warn({ reason: err.message }, 'a retry was not counted'),
      );
    }
    try {
      return await next(attempt);
    } finally {
      teller.neverMind(attempt);
    }
  };
};

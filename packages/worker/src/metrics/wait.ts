import type { Attempt } from '../execution/attempt.ts';

/**
 * When the job of a first attempt was due, in milliseconds since 1970: when it was submitted, or when it
 * was to run if that was later. Undefined for later attempts: when they were due is not kept.
 */
export const dueAtOf = ({ job, number, envelope }: Attempt): number | undefined => {
  const isFirst = number === 1 && job.attemptsStarted <= 1 && envelope?.base === undefined;
  return isFirst ? job.timestamp + (job.opts.delay ?? 0) : undefined;
};

/**
 * How long the job has waited for a worker, in milliseconds. Undefined where that is not known: a step
 * of a workflow may have waited for other steps as well.
 */
export const waitMsOf = (attempt: Attempt): number | undefined => {
  const dueAt = attempt.envelope?.settle?.step ? undefined : dueAtOf(attempt);
  return dueAt === undefined ? undefined : Math.max(0, attempt.startedAt - dueAt);
};

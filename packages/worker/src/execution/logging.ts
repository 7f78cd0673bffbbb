import { traceField } from '@drover/shared/tracing/trace-context';
import type { Attempt } from './attempt.ts';
import type { Ending, Outcome } from './ending.ts';
import type { Layer } from './layer.ts';

/** What every line about an attempt says of it. */
export const describeAttempt = ({ id, job, envelope, number, trace }: Attempt) => ({
  jobId: id,
  type: job.name,
  tenant: envelope?.tenant,
  attempt: number,
  ...traceField(trace),
});

const levelOf = (outcome: Outcome) =>
  outcome === 'failed' || outcome === 'lost' ? ('warn' as const) : ('info' as const);

/** Of the other ends, the outcome says all: their errors are words of BullMQ's. */
const reasonOf = (ending: Ending) =>
  ending.outcome === 'failed' || ending.outcome === 'lost' ? { reason: ending.error.message } : {};

/** Logs how each attempt ends; that it begins, too, for those who want to know all. */
export const logged: Layer<Ending> = async (attempt, next) => {
  const { log } = attempt;
  if (log.isLevelEnabled('debug')) log.debug(describeAttempt(attempt), 'started');
  const ending = await next(attempt);
  const { outcome } = ending;
  const level = levelOf(outcome);
  if (log.isLevelEnabled(level)) {
    const durationMs = Date.now() - attempt.startedAt;
    log[level]({ ...describeAttempt(attempt), outcome, durationMs, ...reasonOf(ending) }, outcome);
  }
  return ending;
};

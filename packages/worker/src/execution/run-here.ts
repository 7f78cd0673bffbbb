import type { JobType } from '@drover/jobs/definition/define-job';
import type { OpenedAttempt } from './admission.ts';
import { createContext } from './context.ts';
import { parsePayload, parseResult } from './contract.ts';
import type { Interruption } from './interruption.ts';
import { withTimeout } from './timeout.ts';
import { createTools } from './tools.ts';
import type { Workshop } from './workshop.ts';

/**
 * What the handler comes to, or why it must end, whichever comes first. A handler that goes on all the
 * same can no longer write into the job, and its outcome is dropped.
 */
const unlessInterrupted = <T>(interruption: Interruption, run: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    interruption.onInterrupt(reject);
    if (!interruption.signal.aborted) run().then(resolve, reject);
  });

/** Runs a handler in this process, with all that its context promises, until the attempt is over. */
export const runHere = async (
  attempt: OpenedAttempt,
  type: JobType,
  workshop: Workshop,
): Promise<unknown> => {
  const { envelope, interruption } = attempt;
  const payload = parsePayload(type, envelope.payload);
  const tools = createTools(attempt, workshop);
  const facts = {
    id: attempt.id,
    tenant: envelope.tenant,
    attempt: attempt.number,
    losses: attempt.job.stalledCounter,
    since: envelope.since ?? attempt.job.timestamp,
    trace: attempt.trace,
  };
  const context = createContext(facts, payload, workshop.services, tools);
  try {
    const result = await withTimeout(attempt, envelope.timeout ?? type.timeoutMs, () =>
      unlessInterrupted(interruption, () => type.run(context)),
    );
    return parseResult(type, result);
  } finally {
    const closing = tools.close();
    if (closing) await closing;
  }
};

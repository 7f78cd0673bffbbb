import type { JobType } from '@drover/jobs/definition/define-job';
import type { OpenedAttempt } from '../execution/admission.ts';
import { readThrown, type Thrown, ThrownElsewhere } from '../execution/thrown.ts';
import { withTimeout } from '../execution/timeout.ts';
import { type AttemptTools, createTools } from '../execution/tools.ts';
import type { Workshop } from '../execution/workshop.ts';
import { describeEnd } from './child-end.ts';
import type { Child } from './child-process.ts';
import type { FromChild, IsolatedJob } from './messages.ts';

/** How long a handler may obey its signal before its process is killed, in milliseconds. */
const killGraceMs = 1_000;

/** So often a job is given to a child that dies before it has begun with it. */
const maxTries = 2;

/** What a run came to; `gone` when the process ended before it. */
type RunEnd =
  | Extract<FromChild, { kind: 'returned' | 'threw' | 'broke' }>
  | { kind: 'gone'; hasBegun: boolean; thrown: Thrown };

/** Enqueues what the handler submits, and tells it what became of that. */
const submitFor = async (
  child: Child,
  tools: AttemptTools,
  { run, call, job, name }: Extract<FromChild, { kind: 'submit' }>,
): Promise<void> => {
  try {
    const submitted = await tools.submit(job, name === undefined ? {} : { name });
    child.send({ kind: 'submitted', run, call, job: submitted });
  } catch (thrown) {
    child.send({ kind: 'refused', run, call, thrown: readThrown(thrown) });
  }
};

/** Does for the handler what only this process can do. */
const serve = (
  child: Child,
  tools: AttemptTools,
  message: Extract<FromChild, { kind: 'progress' | 'log' | 'submit' }>,
): void => {
  if (message.kind === 'progress') tools.progress(message.fraction, message.note);
  else if (message.kind === 'submit') void submitFor(child, tools, message);
  else if (Object.hasOwn(tools.log, message.level)) {
    tools.log[message.level](message.message, message.fields);
  }
};

/** Gives the job to the child and hears it out; one that must end and does not is killed. */
const runIn = async (
  child: Child,
  { interruption }: OpenedAttempt,
  job: IsolatedJob,
  tools: AttemptTools,
): Promise<RunEnd> => {
  const run = child.newRun();
  const { promise, resolve } = Promise.withResolvers<RunEnd>();
  let hasBegun = false;
  let killing: NodeJS.Timeout | undefined;

  const hear = (message: FromChild) => {
    if (!('run' in message) || message.run !== run) return;
    switch (message.kind) {
      case 'begun':
        hasBegun = true;
        return;
      case 'progress':
      case 'log':
      case 'submit':
        return serve(child, tools, message);
      default:
        return resolve(message);
    }
  };
  child.listen(hear, (end) => resolve({ kind: 'gone', hasBegun, thrown: describeEnd(end) }));
  interruption.onInterrupt(({ code, message }) => {
    child.send({ kind: 'interrupt', run, code, message });
    killing = setTimeout(() => child.kill(), killGraceMs);
  });
  child.send({ kind: 'run', run, job });
  try {
    return await promise;
  } finally {
    clearTimeout(killing);
    // From now on the child may be another job's.
    interruption.onInterrupt(() => undefined);
  }
};

/** A child for an attempt. Who must end meanwhile waits for no child: the one that comes is the next job's. */
const takeChild = async (
  { interruption }: OpenedAttempt,
  isolation: Workshop['isolation'],
): Promise<Child> => {
  const interrupted = Promise.withResolvers<never>();
  interruption.onInterrupt(interrupted.reject);
  const taken = isolation.take();
  try {
    return await Promise.race([interrupted.promise, taken]);
  } catch (thrown) {
    taken.then(isolation.giveBack, () => undefined);
    throw thrown;
  } finally {
    interruption.onInterrupt(() => undefined);
  }
};

/**
 * Runs the job in a child of its own. One that had to be told to end, or whose handler left something
 * behind, is not used again. It is gone before the attempt is over, so that no two attempts run at once.
 */
const runOnce = async (
  attempt: OpenedAttempt,
  job: IsolatedJob,
  timeoutMs: number,
  tools: AttemptTools,
  { isolation }: Workshop,
): Promise<RunEnd> => {
  const child = await takeChild(attempt, isolation);
  let isWell = false;
  try {
    attempt.interruption.throwIfInterrupted();
    const end = await withTimeout(attempt, timeoutMs, () => runIn(child, attempt, job, tools));
    attempt.interruption.throwIfInterrupted();
    isWell = end.kind === 'returned' || end.kind === 'threw';
    return end;
  } finally {
    if (isWell) isolation.giveBack(child);
    else {
      child.kill();
      await child.ended;
    }
  }
};

/** Runs a handler in a child process, which is killed when it does not end in time. */
export const runIsolated = async (
  attempt: OpenedAttempt,
  type: JobType,
  workshop: Workshop,
): Promise<unknown> => {
  const { envelope } = attempt;
  const job: IsolatedJob = {
    type: type.type,
    payload: envelope.payload,
    id: attempt.id,
    tenant: envelope.tenant,
    attempt: attempt.number,
    losses: attempt.job.stalledCounter,
    since: envelope.since ?? attempt.job.timestamp,
    trace: attempt.trace,
  };
  const tools = createTools(attempt, workshop);
  try {
    for (let tries = 1; ; tries += 1) {
      const timeoutMs = envelope.timeout ?? type.timeoutMs;
      const end = await runOnce(attempt, job, timeoutMs, tools, workshop);
      if (end.kind === 'returned') return end.result;
      const mayTryAgain = end.kind === 'gone' && !end.hasBegun && tries < maxTries;
      if (!mayTryAgain) throw new ThrownElsewhere(end.thrown);
    }
  } finally {
    const closing = tools.close();
    if (closing) await closing;
  }
};

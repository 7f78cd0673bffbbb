import { createSubmit } from '@drover/jobs/adding/submit-from-job';
import { deadlineIn, within } from '@drover/shared/lifecycle/deadline';
import type { OpenedAttempt } from './admission.ts';
import { jobArtifacts } from './artifacts.ts';
import type { JobTools } from './context.ts';
import { createJobLog, type LogLevel } from './job-log.ts';
import { describeAttempt } from './logging.ts';
import { createProgressReporter } from './progress.ts';
import type { Workshop } from './workshop.ts';

/** Longest time that a finished attempt waits for its last progress and log lines to be kept. */
const keepingMs = 2_000;

/** Tools of one attempt, to be closed when the handler is done with. */
export interface AttemptTools extends JobTools {
  /** Keeps what was reported last, and takes no more. Undefined when nothing was. */
  close(): Promise<void> | undefined;
}

/**
 * What lets a handler write into its job, for as long as the attempt is the one that counts. What
 * stands behind a tool is made when it is first used: most handlers use few.
 */
export const createTools = (attempt: OpenedAttempt, workshop: Workshop): AttemptTools => {
  const { address, job, interruption, envelope } = attempt;
  const { queues } = workshop;
  let isClosed = false;
  let progress: ReturnType<typeof createProgressReporter> | undefined;
  let jobLog: ReturnType<typeof createJobLog> | undefined;
  let send: JobTools['submit'] | undefined;

  const log = () => workshop.log.child(describeAttempt(attempt));

  const write =
    (level: LogLevel): JobTools['log'][LogLevel] =>
    (message, fields) => {
      if (isClosed) return;
      jobLog ??= createJobLog(queues, address, log());
      jobLog[level](message, fields);
    };

  const openSubmit = (): JobTools['submit'] => {
    const { tenant, payload } = envelope;
    const { trace } = attempt;
    return createSubmit(workshop, {
      address,
      tenant,
      payload,
      submittedAt: job.timestamp,
      trace,
    });
  };

  return {
    signal: interruption.signal,
    progress: (fraction, note) => {
      if (isClosed) return;
      progress ??= createProgressReporter(queues, { job, address }, log());
      progress.report(fraction, note);
    },
    log: {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    },
    artifacts: jobArtifacts(workshop.artifacts, address.id, interruption),
    submit: async (...submission) => {
      interruption.throwIfInterrupted();
      send ??= openSubmit();
      return send(...submission);
    },
    close: () => {
      isClosed = true;
      if (!progress && !jobLog) return undefined;
      const kept = Promise.all([progress?.close(), jobLog?.close()]);
      return within(deadlineIn(keepingMs), 'keeping progress and log', kept).then(
        () => undefined,
        (err: unknown) => log().warn({ err }, 'progress or log lines may be missing'),
      );
    },
  };
};

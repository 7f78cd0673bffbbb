import type { JobLog } from '@drover/jobs/definition/context';
import type { Log } from '@drover/shared/log';
import type { Job } from 'bullmq';

/** Lines kept with a job; older ones are dropped. */
export const keptLogLines = 1_000;

/** Longest line kept, in characters. */
const maxLineLength = 2_000;

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Fields as text; whatever a handler passes, logging never throws. */
const stringify = (fields: Record<string, unknown>): string => {
  try {
    return JSON.stringify(fields);
  } catch {
    return '{"fields":"not serialisable"}';
  }
};

/** A handler's log: every line goes to the worker's log, and all but `debug` are kept with the job. */
export const createJobLog = (
  job: Pick<Job, 'log' | 'opts'>,
  log: Log,
): JobLog & { flush(): Promise<void> } => {
  job.opts.keepLogs ??= keptLogLines;
  let written: Promise<unknown> = Promise.resolve();

  const keep = (level: string, message: string, fields?: Record<string, unknown>) => {
    const line = [new Date().toISOString(), level, message, fields && stringify(fields)]
      .filter((part) => part !== undefined)
      .join(' ')
      .slice(0, maxLineLength);
    written = written
      .then(() => job.log(line))
      .catch((err: unknown) => log.warn({ err }, 'a log line was not kept with the job'));
  };

  const write =
    (level: (typeof levels)[number]) => (message: string, fields?: Record<string, unknown>) => {
      log[level](fields ?? {}, message);
      if (level !== 'debug') keep(level, message, fields);
    };

  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    flush: async () => {
      await written;
    },
  };
};

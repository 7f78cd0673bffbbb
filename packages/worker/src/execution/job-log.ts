import type { JobLog } from '@drover/jobs/definition/context';
import type { Log } from '@drover/shared/log';
import type { Job } from 'bullmq';

/** Lines kept with a job; older ones are dropped. */
export const keptLogLines = 1_000;

/** Longest line kept, in characters. */
const maxLineLength = 2_000;

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

/** Fields as text; whatever a handler passes, logging never throws. */
const stringify = (fields: Record<string, unknown>): string => {
  try {
    return JSON.stringify(fields);
  } catch {
    return '{"fields":"not serialisable"}';
  }
};

/** Keeps lines with the job, in order and in batches, so that a chatty handler is not held up. */
const createKeeper = (job: Pick<Job, 'log' | 'opts'>, log: Log) => {
  job.opts.keepLogs ??= keptLogLines;
  let pending: string[] = [];
  let writing: Promise<void> | undefined;

  const writePending = async () => {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        // Sent together over one connection, they arrive in this order.
        await Promise.all(batch.map((line) => job.log(line)));
      } catch (err) {
        log.warn({ err }, 'log lines were not kept with the job');
      }
    }
    writing = undefined;
  };

  return {
    keep: (line: string) => {
      pending.push(line.slice(0, maxLineLength));
      // More than these would push one another out in Redis.
      if (pending.length > keptLogLines) pending.shift();
      writing ??= Promise.resolve().then(writePending);
    },
    written: async () => writing,
  };
};

/**
 * A handler's log: every line goes to the worker's log, and all but `debug` are kept with the job.
 * `close` waits until they are, and takes no more.
 */
export const createJobLog = (
  job: Pick<Job, 'log' | 'opts'>,
  log: Log,
): JobLog & { close(): Promise<void> } => {
  const keeper = createKeeper(job, log);
  let isClosed = false;

  const write = (level: Level) => (message: string, fields?: Record<string, unknown>) => {
    if (isClosed) return;
    const details = fields && stringify(fields);
    // Read back from the text, the fields hold no getter that could throw while they are logged.
    log[level](details ? JSON.parse(details) : {}, message);
    if (level === 'debug') return;
    const parts = [new Date().toISOString(), level, message, details];
    keeper.keep(parts.filter((part) => part !== undefined).join(' '));
  };

  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    close: async () => {
      isClosed = true;
      await keeper.written();
    },
  };
};

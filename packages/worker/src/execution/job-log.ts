import type { JobLog } from '@drover/jobs/definition/context';
import { appendLines, encodeLine, keptLogLines } from '@drover/jobs/record/log-lines';
import { announce } from '@drover/jobs/transitions/announce';
import type { JobAddress } from '@drover/shared/job-id';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import { asText } from './as-text.ts';

/** Lines that are kept at once. */
const batchSize = 500;

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** Fields as plain JSON values, without getters that could throw; logging itself never throws. */
export const plainFields = (fields: Record<string, unknown>): Record<string, unknown> => {
  try {
    return { ...JSON.parse(JSON.stringify(fields)) };
  } catch {
    return { fields: 'not serialisable' };
  }
};

type Stores = Pick<QueueSet, 'redis' | 'keys'>;

/** Keeps lines with the job, in order and in batches, so that a chatty handler is not held up. */
const createKeeper = (queues: Stores, job: JobAddress, log: Log) => {
  let pending: string[] = [];
  let writing: Promise<void> | undefined;

  const writePending = async () => {
    while (pending.length > 0) {
      const batch = pending.slice(0, batchSize);
      pending = pending.slice(batchSize);
      try {
        await appendLines(queues, job, batch);
        announce(queues, job, 'log');
      } catch (err) {
        log.warn({ err }, 'log lines were not kept with the job');
      }
    }
    writing = undefined;
  };

  return {
    keep: (line: string) => {
      pending.push(line);
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
  queues: Stores,
  job: JobAddress,
  log: Log,
): JobLog & { close(): Promise<void> } => {
  const keeper = createKeeper(queues, job, log);
  let isClosed = false;

  const write = (level: LogLevel) => (given: string, fields?: Record<string, unknown>) => {
    if (isClosed) return;
    const message = asText(given);
    const details = fields && plainFields(fields);
    log[level](details ?? {}, message);
    if (level === 'debug') return;
    const at = new Date().toISOString();
    keeper.keep(encodeLine({ at, level, message, ...(details && { fields: details }) }));
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

import { toInstantOrNull } from '@drover/shared/instant';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import type { AttemptRecord } from '../contract/job-resource.ts';
import { type AttemptFailure, decodeFailure, workerLostCode } from './failure.ts';
import { decodeLosses, type Loss } from './losses.ts';

/**
 * Attempts that are over, and how many there may be. BullMQ counts its burial of a lost job, and the
 * end of a withdrawn one, as attempts; none was made.
 */
export const attemptsOf = (job: StoredJob): { made: number; max: number } => {
  const max = job.opts.attempts ?? 1;
  if (job.place !== 'failed') return { made: job.attemptsMade, max };
  const latest = decodeFailure(job.latestTrace);
  if (latest?.withdrawn) return { made: latest.attempt, max };
  return { made: job.attemptsMade - (wasBuried(job) ? 1 : 0), max };
};

/** Whether the job failed because its workers were lost: then it has no failure of its own to show. */
export const wasBuried = (job: StoredJob): boolean =>
  job.place === 'failed' && (job.deferredFailure || decodeFailure(job.latestTrace) === undefined);

/** What is known of the latest attempt beside its record; of earlier ones it is not kept. */
const latestRun = ({ worker, processedOn, finishedOn }: StoredJob) => ({
  worker: worker ?? null,
  startedAt: toInstantOrNull(processedOn),
  durationMs: processedOn && finishedOn ? Math.max(0, finishedOn - processedOn) : null,
});

const unknownRun = { worker: null, startedAt: null, durationMs: null };

const failureRecord = ({ attempt, code, message, worker, ...rest }: AttemptFailure) => ({
  attempt,
  outcome: 'failed' as const,
  code,
  message,
  worker,
  startedAt: rest.startedAt,
  durationMs: Math.max(0, Math.round(rest.durationMs)),
  retryable: rest.retryable,
});

const lossRecord = ({ attempt, worker, startedAt }: Loss): AttemptRecord => ({
  attempt,
  outcome: 'lost',
  code: workerLostCode,
  message: 'The worker that made this attempt was lost.',
  worker,
  startedAt: toInstantOrNull(startedAt),
  durationMs: null,
  retryable: true,
});

/** Attempts that failed or were canceled in the middle. A job that waited was ended without one. */
const recordedAttempts = (job: StoredJob): AttemptRecord[] => {
  const records: AttemptRecord[] = [];
  let made = 0;
  for (const [at, trace] of job.traces.entries()) {
    const failure = decodeFailure(trace);
    if (!failure) continue;
    if (!failure.withdrawn) records.push(failureRecord(failure));
    else if (failure.attempt > made) {
      const isLatest = at === job.traces.length - 1 && job.place === 'failed';
      const { attempt, code, message, retryable } = failure;
      const run = isLatest ? latestRun(job) : unknownRun;
      records.push({ attempt, outcome: 'canceled', code, message, ...run, retryable });
    }
    made = failure.attempt;
  }
  return records;
};

/**
 * Every attempt that is over, oldest first, and those whose worker was lost. All of it is read from
 * what BullMQ keeps anyway: a job that nothing befell carries nothing for it.
 */
export const historyOf = (job: StoredJob): AttemptRecord[] => {
  const records = job.traces.length === 0 ? [] : recordedAttempts(job);
  const losses = job.losses === '' ? [] : decodeLosses(job.losses).map(lossRecord);
  const history =
    losses.length === 0
      ? records
      : [...losses, ...records].toSorted((one, other) => one.attempt - other.attempt);
  if (job.place !== 'completed') return history;
  const attempt = Math.max(1, job.attemptsMade);
  const good = { code: null, message: null, retryable: false };
  return [...history, { attempt, outcome: 'succeeded', ...good, ...latestRun(job) }];
};

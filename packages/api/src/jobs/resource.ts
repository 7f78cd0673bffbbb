import { jobEnvelope } from '@drover/jobs/record/envelope';
import { type AttemptFailure, decodeFailure, workerLostCode } from '@drover/jobs/record/failure';
import type { JobAddress } from '@drover/shared/job-id';
import type { JobPlace } from '@drover/shared/queues/read-job';
import type { Job } from 'bullmq';

export type JobStatus =
  | 'scheduled'
  | 'blocked'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'succeeded'
  | 'failed';

/** A job as the API shows it. Instants are RFC 3339; what has not happened yet is null. */
export interface JobResource {
  id: string;
  type: string;
  queue: string;
  tenant: string;
  status: JobStatus;
  /** From 0 to 1. */
  progress: number;
  attempts: { made: number; max: number };
  payload: unknown;
  result: unknown;
  error: { code: string; message: string; attempt: number; retryable: boolean } | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  links: { self: string };
}

const instant = (ms: number | null | undefined): string | null =>
  ms ? new Date(ms).toISOString() : null;

/** The status that a client sees. */
const statusOf = (job: Job, place: JobPlace): JobStatus => {
  switch (place) {
    case 'completed':
      return 'succeeded';
    case 'failed':
      return 'failed';
    case 'active':
      return 'running';
    case 'delayed':
      return job.attemptsStarted > 0 ? 'retrying' : 'scheduled';
    case 'waiting-children':
      return 'blocked';
    default:
      return 'queued';
  }
};

/** Progress is stored as `{fraction, note}`; other forms come from jobs that are not ours. */
const progressOf = (job: Job, status: JobStatus): number => {
  if (status === 'succeeded') return 1;
  const stored = job.progress;
  const fraction =
    typeof stored === 'object' && stored !== null && 'fraction' in stored ? stored.fraction : 0;
  return typeof fraction === 'number' ? fraction : 0;
};

/**
 * BullMQ itself buries a job whose workers were lost too often; every other failure has a record of
 * ours as the latest stack trace.
 */
const wasBuried = (job: Job, status: JobStatus, latest: AttemptFailure | undefined): boolean =>
  status === 'failed' && (!latest || job.deferredFailure !== undefined);

/** How a job was buried: no attempt of its own failed. */
const burialOf = (job: Job): JobResource['error'] => ({
  code: workerLostCode,
  message: 'The workers that ran this job died under it too often.',
  attempt: job.attemptsMade,
  retryable: false,
});

/** How the latest failed attempt failed; null when none has, or when the job succeeded after all. */
const errorOf = (status: JobStatus, latest: AttemptFailure | undefined): JobResource['error'] => {
  if (status === 'succeeded' || !latest) return null;
  const { code, message, attempt, retryable } = latest;
  return { code, message, attempt, retryable };
};

/** Makes the resource of a BullMQ job and its place. */
export const toResource = (address: JobAddress, job: Job, place: JobPlace): JobResource => {
  const { tenant, payload } = jobEnvelope.parse(job.data);
  const status = statusOf(job, place);
  const latest = decodeFailure(job.stacktrace?.at(-1) ?? '');
  const buried = wasBuried(job, status, latest);
  // BullMQ counts a burial as an attempt; none was made.
  const made = job.attemptsMade - (buried ? 1 : 0);
  return {
    id: address.id,
    type: job.name,
    queue: address.queue,
    tenant,
    status,
    progress: progressOf(job, status),
    attempts: { made, max: job.opts.attempts ?? 1 },
    payload,
    result: status === 'succeeded' ? job.returnvalue : null,
    error: buried ? burialOf(job) : errorOf(status, latest),
    createdAt: new Date(job.timestamp).toISOString(),
    startedAt: instant(job.processedOn),
    finishedAt: instant(job.finishedOn),
    links: { self: `/jobs/${address.id}` },
  };
};

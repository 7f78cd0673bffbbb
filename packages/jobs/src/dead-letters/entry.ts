import type { JobAddress } from '@drover/shared/job-id';
import type { StoredJob } from '@drover/shared/queues/stored-job';
import { z } from 'zod';
import { attemptsOf } from '../record/attempts.ts';
import { decodeFailure } from '../record/failure.ts';
import { errorOf } from '../record/job-error.ts';
import { type Cause, commonMessage } from './cause.ts';

/**
 * Whether a job has failed for good. Jobs that were canceled or have expired are among BullMQ's failed
 * ones, too; they are nobody's concern.
 */
export const isDead = (job: StoredJob): boolean =>
  job.place === 'failed' && decodeFailure(job.latestTrace)?.withdrawn === undefined;

/** Whose job it is; empty for one that was not submitted through Drover. */
export const ownerOf = ({ data }: StoredJob): string =>
  typeof data === 'object' && data !== null && 'tenant' in data && typeof data.tenant === 'string'
    ? data.tenant
    : '';

/** The data of an entry, as far as lists need it; the rest is for those who look at bull-board. */
export const letter = z.object({
  tenant: z.string(),
  code: z.string(),
  attempt: z.int(),
  retryable: z.boolean(),
  made: z.int(),
  max: z.int(),
});

/** An entry of the queue. The job itself has all that is known; this is enough to list and show it. */
export interface Entry {
  tenant: string;
  cause: Cause;
  finishedOn: number;
  /** Fields of the hash, as BullMQ keeps those of a failed job. */
  fields: Readonly<Record<string, string | number>>;
}

/** Payloads are copied for bull-board up to that length of JSON; the job has them whole. */
const shownPayload = 1_000;

/** As much of the latest stack as is copied for bull-board, in characters. */
const shownStack = 1_000;

const payloadOf = ({ data }: StoredJob): unknown => {
  const payload = typeof data === 'object' && data !== null && 'payload' in data && data.payload;
  const json = JSON.stringify(payload) ?? 'null';
  return json.length <= shownPayload ? payload : `${json.slice(0, shownPayload).toWellFormed()}…`;
};

/** What the entry of a dead job is. Made twice of the same job, it is the same. */
export const entryOf = ({ id, queue }: JobAddress, job: StoredJob): Entry => {
  const { made, max } = attemptsOf(job);
  const error = errorOf(job) ?? { code: 'error', message: '', attempt: made, retryable: false };
  const { code, message, attempt, retryable } = error;
  const tenant = ownerOf(job);
  const known: z.output<typeof letter> = { tenant, code, attempt, retryable, made, max };
  return {
    tenant,
    cause: { queue, type: job.name, code, message: commonMessage(message) },
    finishedOn: job.finishedOn ?? 0,
    fields: {
      name: job.name,
      data: JSON.stringify({ job: `/jobs/${id}`, ...known, payload: payloadOf(job) }),
      timestamp: job.timestamp,
      ...(job.processedOn !== undefined && { processedOn: job.processedOn }),
      finishedOn: job.finishedOn ?? 0,
      failedReason: message,
      stacktrace: JSON.stringify([job.latestTrace.slice(0, shownStack).toWellFormed()]),
      atm: made,
    },
  };
};
